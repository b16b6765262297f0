// A package of which an application installs the one that it needs. That it has not is said in plain words; whatever
// else may be wrong with a package says so itself.

export interface OptionalPackage {
  /** For what it is there, with the verb: `PostgreSQL needs`. */
  readonly says: string;
  readonly name: string;
  /** What to install. */
  readonly install: string;
}

export class PackageMissing extends Error {
  override name = 'PackageMissing';
}

/** Loads the package, or code on top of it. */
export async function loadOptional<T>(need: OptionalPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { says, name, install } = need;
    if (!isMissing(error, name)) throw error;
    const message = `${says} the package ${name}, which is not installed: npm install ${install}`;
    throw new PackageMissing(message);
  }
}

/** The package itself and nothing inside of it; Node's message is the only place that names it. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false;
  return new RegExp(`^Cannot find (?:package|module) '${name}'`).test(message);
}
