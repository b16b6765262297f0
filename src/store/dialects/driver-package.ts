// The packages of the databases' drivers.
import { loadOptional, type OptionalPackage } from '../../base/optional-package.ts';

const NEEDS = {
  sqlite: {
    says: 'SQLite on this version of Node needs',
    name: '@photostructure/sqlite',
    install: '@photostructure/sqlite@1.2.1',
  },
  postgres: { says: 'PostgreSQL needs', name: 'pg', install: 'pg' },
  mysql: { says: 'MySQL and MariaDB need', name: 'mysql2', install: 'mysql2' },
} as const satisfies Record<string, OptionalPackage>;

/** Loads a driver's package, or code on top of it. */
export function loadWith<T>(kind: keyof typeof NEEDS, load: () => Promise<T>): Promise<T> {
  return loadOptional(NEEDS[kind], load);
}
