// Texts and names as they stand in statements of PostgreSQL, those of a finding too: whoever runs one may have another
// search path, so a table has its schema there.

/** Texts as an array of SQL. */
export function textList(texts: readonly string[]): string {
  return `array[${texts.map(literal).join(', ')}]::text[]`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified(schema: string, name: string): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

/** In UTF8, whatever the server makes otherwise. `owner`: left out, whoever runs it. */
export function createDatabase(name: string, owner: string | null): string {
  const ownedBy = owner === null ? '' : ` owner ${quoted(owner)}`;
  return `create database ${quoted(name)}${ownedBy} encoding 'UTF8' template template0`;
}

/** Beside that statement. */
export const LOCALE_HINT =
  "Where the locale of the server is of another encoding, add: locale 'C'.";

/** Of these names those that the search path finds: `name`, and the table as `c` in its schema `n`. */
export function tablesNamed(names: readonly string[]): string {
  return `unnest(${textList(names)}) name
  join pg_class c on c.oid = to_regclass(name)
  join pg_namespace n on n.oid = c.relnamespace`;
}
