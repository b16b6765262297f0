// Patterns over names, as credentials use them.

/** True when one of the patterns covers the name: `*` is all, `ORDER_*` a prefix, anything else the name itself. */
export function covers(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name,
  );
}
