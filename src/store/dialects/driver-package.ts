// The packages of the drivers, of which an application installs the one that it needs. That it has not is said in plain
// words; whatever else may be wrong with a package says so itself.

interface Need {
  /** The database, with its verb. */
  readonly says: string;
  readonly name: string;
  /** What to install; the newest version unless it says another. */
  readonly install: string;
}

const NEEDS = {
  sqlite: {
    says: 'SQLite on this version of Node needs',
    name: '@photostructure/sqlite',
    install: '@photostructure/sqlite@1.2.1',
  },
  postgres: { says: 'PostgreSQL needs', name: 'pg', install: 'pg' },
  mysql: { says: 'MySQL and MariaDB need', name: 'mysql2', install: 'mysql2' },
} as const satisfies Record<string, Need>;

/** Loads a driver's package, or code on top of it. */
export async function loadWith<T>(kind: keyof typeof NEEDS, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { says, name, install }: Need = NEEDS[kind];
    if (!isMissing(error, name)) throw error;
    throw new Error(`${says} the package ${name}, which is not installed: npm install ${install}`);
  }
}

/** The package itself and nothing inside of it; Node's message is the only place that names it. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false;
  return new RegExp(`^Cannot find (?:package|module) '${name}'`).test(message);
}
