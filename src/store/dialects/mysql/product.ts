// Which server it is, by its own word for its version: 10.11.14-MariaDB-log, 8.0.36. Those that are too old for our
// statements are known by it, and so are not found out by the first of these that fails, or does not do what it says.

/**
 * `skip locked` on MariaDB, which steps are taken with; on MySQL checks that are more than words, which keep out of an
 * inbox what is no event, and everything once its stream is sealed.
 */
const OLDEST = { MariaDB: [10, 6], MySQL: [8, 0, 16] } as const;
const VERSION = /^(\d+)\.(\d+)\.(\d+)/;

export interface Product {
  readonly isMariadb: boolean;
  /** With its version, for people. */
  readonly name: string;
  /** The oldest that will do; null where this one does. */
  readonly needed: string | null;
}

/** Waiting does not cure it. */
export class ServerTooOld extends Error {
  override name = 'ServerTooOld';
}

/** `version`: as the server's variable of that name has it. */
export function productOf(version: string): Product {
  const isMariadb = version.includes('MariaDB');
  const maker = isMariadb ? 'MariaDB' : 'MySQL';
  const [text = version, ...parts] = VERSION.exec(version) ?? [];
  const oldest = OLDEST[maker];
  return {
    isMariadb,
    name: `${maker} ${text}`,
    needed: isBefore(parts.map(Number), oldest) ? oldest.join('.') : null,
  };
}

/** Throws `ServerTooOld`, in words for whoever starts the service. */
export function requireRecent({ name, needed }: Product): void {
  if (needed !== null) throw new ServerTooOld(`${name} is too old: ${needed} or later is needed`);
}

/** Not so of a version that cannot be read. */
function isBefore(version: readonly number[], oldest: readonly number[]): boolean {
  const differs = oldest.findIndex((part, place) => version[place] !== part);
  return Number(version[differs]) < Number(oldest[differs]);
}
