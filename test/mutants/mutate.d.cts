import type { Edit, Mutant } from './catalogue.cjs';

export function editsOf(mutant: Mutant | undefined, path: string, rootDir: string): Edit[];
export function mutate(text: string, edits: readonly Edit[]): string;
