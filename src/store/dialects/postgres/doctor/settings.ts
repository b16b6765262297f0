// Settings of a PostgreSQL server as a new session of this account gets them, and how each is changed where it was
// made.
import type { Mend } from '../../../examining/mend.ts';
import { quoted, textList } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';

export interface Setting {
  readonly name: string;
  readonly value: string;
  /** Where it was made, such as "for the role shop". */
  readonly where: string;
  /** The statements that make it `to` for sessions to come; none where no statement can. */
  sqlTo(to: string): readonly string[];
  /** What to do where no statement can. */
  readonly byHand: string | null;
}

/** Those that the server has. */
export async function settingsOf(
  patient: PostgresPatient,
  names: readonly string[],
): Promise<ReadonlyMap<string, Setting>> {
  const rows = await patient.ask(
    `select name, setting, source, current_database() as database, current_user as account
       from pg_settings where name = any (${textList(names)})`,
  );
  return new Map(
    rows.map(({ name, setting, source, database, account }) => [
      name,
      { name, value: setting, ...madeBy(name, source, { role: account, database }) },
    ]),
  );
}

/** Whose sessions get a setting; null for those of all. */
export interface Owner {
  readonly role: string | null;
  readonly database: string | null;
}

/** Takes away what was set for some, so that they get what is set for others. */
export function resetSql(name: string, { role, database }: Owner): string {
  if (role === null && database !== null) return `alter database ${quoted(database)} reset ${name}`;
  const place = database === null ? '' : ` in database ${quoted(database)}`;
  return `alter role ${role === null ? 'all' : quoted(role)}${place} reset ${name}`;
}

export function ownerWords({ role, database }: Owner): string {
  if (role === null) return database === null ? 'for all roles' : `for the database ${database}`;
  return `for the role ${role}${database === null ? '' : ` in the database ${database}`}`;
}

const OUTSIDE: Readonly<Record<string, string>> = {
  'command line': 'on the command line of the server',
  'environment variable': 'in the environment of the server',
  client: 'by the URL, or by PGOPTIONS',
};

function madeBy(
  name: string,
  source: string,
  { role, database }: Owner,
): Pick<Setting, 'where' | 'sqlTo' | 'byHand'> {
  const outside = OUTSIDE[source];
  if (outside !== undefined) {
    const byHand = `It is set ${outside}: take it away there.`;
    return { where: outside, sqlTo: () => [], byHand };
  }
  const owners: Readonly<Record<string, Owner>> = {
    global: { role: null, database: null },
    database: { role: null, database },
    user: { role, database: null },
    'database user': { role, database },
  };
  const owner = owners[source];
  if (owner === undefined) {
    return { where: 'for the whole server', sqlTo: (to) => systemSql(name, to), byHand: null };
  }
  return { where: ownerWords(owner), sqlTo: () => [resetSql(name, owner)], byHand: null };
}

/** Takes effect at once, for what needs no restart. */
function systemSql(name: string, to: string): string[] {
  return [`alter system set ${name} = ${to}`, 'select pg_reload_conf()'];
}

/** `words` for what the statements do, and for what has to be done beside them. */
export function mendOf(
  words: string,
  ...changes: readonly (readonly [setting: Setting, to: string])[]
): Mend {
  const byHand = changes.flatMap(([setting]) => setting.byHand ?? []);
  return {
    mend: [words, ...byHand].join(' '),
    sql: changes.flatMap(([setting, to]) => setting.sqlTo(to)),
  };
}
