// Knows a value by its shape, where its class is another package's.

/** True when the value is an object or function with all of these methods. */
export function hasMethods(value: unknown, ...names: string[]): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
