// What catalogue.cjs and mutate.cjs give, for TypeScript.
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  readonly breaks: string;
  readonly edits: readonly Edit[];
  readonly databases: readonly ('sqlite' | 'postgres' | 'mysql')[];
  readonly shows: readonly string[];
  readonly runs: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly test?: { readonly file: string; readonly title: string; readonly says: string };
}

export const mutants: readonly Mutant[];
