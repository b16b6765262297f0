// Settings of a PostgreSQL server as a new session of this account gets them, and how each is changed where it was
// made.
import type { PostgresPatient } from './postgres-patient.ts';
import { quoted, textList } from './sql-text.ts';

export interface Setting {
  readonly name: string;
  readonly value: string;
  /** The statements that make it `to` for sessions to come; none where it stands on the server's command line. */
  mend(to: string): readonly string[];
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
      { name, value: setting, mend: (to) => mendSql(name, to, { source, database, account }) },
    ]),
  );
}

interface Origin {
  readonly source: string;
  readonly database: string;
  readonly account: string;
}

function mendSql(name: string, to: string, { source, database, account }: Origin): string[] {
  switch (source) {
    case 'database':
      return [`alter database ${quoted(database)} reset ${name}`];
    case 'user':
      return [`alter role ${quoted(account)} reset ${name}`];
    case 'database user':
      return [`alter role ${quoted(account)} in database ${quoted(database)} reset ${name}`];
    case 'command line':
    case 'client':
    case 'environment variable':
      return [];
    default:
      return systemSql(name, to);
  }
}

/** Takes effect at once, for what needs no restart. */
export function systemSql(name: string, to: string): string[] {
  return [`alter system set ${name} = ${to}`, 'select pg_reload_conf()'];
}
