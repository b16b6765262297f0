// Where an account works: its search path, and the schemas of it that are there.
import type { Patient } from '../../../examining/patient.ts';
import { quoted } from '../sql-text.ts';

const PLACE = `
select current_schema() as schema, current_user as account, current_database() as database,
       current_setting('search_path') as path, has_schema_privilege(current_schema(), 'create') as may_create,
       current_schemas(false)::text[] as there,
       (select source from pg_settings where name = 'search_path') = 'client' as is_given,
       (select rolsuper from pg_roles where rolname = current_user) as is_super`;

/** Those of the server itself, and for temporary tables: nobody works there, whatever rights are given; and no name. */
const NOT_TO_WORK_IN = /^(?:pg_|information_schema$|$)/;

export interface Place {
  /** Where new tables go: the first of the search path that may be used; null where that is none to work in. */
  readonly schema: string | null;
  /** The first to work in of those that may be used; another one where a schema of the server stands before it. */
  readonly next: string | null;
  readonly account: string;
  readonly database: string;
  readonly mayCreate: boolean;
  /** All names in the search path to work in, also of schemas that are not there. */
  readonly path: readonly string[];
  /** The URL gives the path: what is set for the account changes nothing. */
  readonly isGiven: boolean;
  /** Every table is its own. */
  readonly isSuper: boolean;
}

export async function placeOf(patient: Patient): Promise<Place> {
  const [row = {}] = await patient.ask(PLACE);
  const { schema, account, database, may_create: mayCreate, path, there } = row;
  const names = [...String(path).matchAll(/"((?:[^"]|"")*)"|[^\s,]+/g)].map(([bare, inQuotes]) => {
    const name = inQuotes?.replaceAll('""', '"') ?? bare.toLowerCase();
    return name === '$user' ? account : name;
  });
  const isToWorkIn = (name: string) => !NOT_TO_WORK_IN.test(name);
  return {
    ...{ account, database, mayCreate },
    schema: schema !== null && isToWorkIn(schema) ? schema : null,
    next: there.find(isToWorkIn) ?? null,
    path: names.filter(isToWorkIn),
    isGiven: row.is_given,
    isSuper: row.is_super,
  };
}

export function leadTo(schema: string, { account, database }: Place): string {
  return `alter role ${quoted(account)} in database ${quoted(database)} set search_path = ${quoted(schema)}`;
}
