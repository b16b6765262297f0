// Whether the account may do on MySQL or MariaDB what the service does, by the catalogue; and what others have put on
// its tables, or left open there.
import { inboxesOf, ourTables } from '../../../examining/our-tables.ts';
import type { Check, Found, Row } from '../../../examining/patient.ts';
import { isMysqlDenied } from '../../db-errors.ts';
import { literal, quoted } from '../literal.ts';
import { type MysqlPatient, textList } from './mysql-patient.ts';

/** For its tables, as migrations, steps, seals and renames use them. */
const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'INDEX'];

const GRANT = /^GRANT (.+?) ON (\*|`(?:[^`]|``)+`)\.\* TO /;

export const rightsCheck: Check<MysqlPatient> = {
  subject: 'what its account may do',
  look: async (patient) => {
    const [row] = await patient.ask(
      'select current_user() as account, current_role() as roles, database() as name',
    );
    const granted = await grantedOn(patient, String(row?.name), row?.roles);
    if (granted.has('ALL PRIVILEGES')) return [];
    const lacking = NEEDED.filter((right) => !granted.has(right));
    if (lacking.length === 0) return [];
    const account = quotedAccount(String(row?.account));
    const rights = lacking.join(', ').toLowerCase();
    return [
      {
        id: 'right-missing',
        found: `${account} has no right to ${rights} in the database ${row?.name}.`,
        mend: 'Give it, by an account that may.',
        sql: [`grant ${rights}, trigger on ${quoted(String(row?.name))}.* to ${account}`],
      },
    ];
  },
};

/** On the whole database, also by the roles that the account has at once; the catalogue's tables leave roles out. */
async function grantedOn(
  patient: MysqlPatient,
  database: string,
  roles: unknown,
): Promise<ReadonlySet<string>> {
  // MariaDB lists those of roles by itself, MySQL has none then: NONE.
  const hasRoles = !patient.isMariadb && typeof roles === 'string' && roles !== 'NONE';
  const using = hasRoles ? ` for current_user() using ${roles}` : '';
  const lines = (await patient.ask(`show grants${using}`)).map((row) =>
    String(Object.values(row)[0]),
  );
  const granted = lines.flatMap((line) => {
    const [, rights = '', place = ''] = GRANT.exec(line) ?? [];
    return covers(place, database) ? rights.split(', ') : [];
  });
  return new Set(granted);
}

/** `place`: * for all, or a pattern as for LIKE between backquotes. */
function covers(place: string, database: string): boolean {
  if (place === '*') return true;
  const name = place.slice(1, -1).replaceAll('``', '`');
  const pattern = name.replace(/\\(.)|(.)/gs, (_, escaped, plain) => {
    if (plain === '%' || plain === '_') return plain === '%' ? '.*' : '.';
    return (escaped ?? plain).replace(/\W/, '\\$&');
  });
  return place !== '' && new RegExp(`^${pattern}$`, 's').test(database);
}

/** `user@host`, of which both may hold anything but an @ in the host. */
export function quotedAccount(account: string): string {
  const at = account.lastIndexOf('@');
  return `'${account.slice(0, at)}'@'${account.slice(at + 1)}'`;
}

const triggersSql = (tables: readonly string[]) => `
select trigger_schema as home, trigger_name as name, event_object_table as place
  from information_schema.triggers
 where event_object_schema = database() and event_object_table in (${textList(tables)})
   and right(event_object_table, 6) <> '_inbox'`;

/** An inbox is for applications, and so are triggers on it. */
export const triggersCheck: Check<MysqlPatient> = {
  subject: 'the triggers on its tables',
  look: async (patient) => {
    const rows = await patient.ask(triggersSql(await ourTables(patient)));
    return rows.map(({ home, name, place }) => ({
      id: 'trigger-foreign',
      found: `The trigger ${name} on ${place} runs inside of the service's steps; when it fails, they do.`,
      mend: 'Remove it, and let a consumer do its work.',
      sql: [`drop trigger ${quoted(home)}.${quoted(name)}`],
    }));
  },
};

/**
 * Those that have written here, and prepared ones of the server whose sessions have ended. The times are of the
 * server's machine, whatever zone a session is in.
 */
const openSql = (limitMs: number) => `
select t.trx_mysql_thread_id as thread, p.user as account, timestampdiff(second, t.trx_started, s.now) as seconds
  from information_schema.innodb_trx t
  join (select convert_tz(now(6), @@session.time_zone, 'SYSTEM') as now) s
  left join information_schema.processlist p on p.id = t.trx_mysql_thread_id
 where (p.db = database() or t.trx_mysql_thread_id = 0) and t.trx_rows_modified > 0
   and t.trx_started < s.now - interval ${limitMs * 1000} microsecond`;

export const transactionsCheck: Check<MysqlPatient> = {
  subject: 'which transactions are open',
  look: async (patient) => {
    if ((await inboxesOf(patient)).length === 0) return [];
    const rows = await patient.ask(openSql(patient.request.timeoutMs)).catch(noneIfDenied);
    const open = rows.filter(({ thread }) => Number(thread) > 0);
    const found = open.map(
      ({ thread, account, seconds }): Found => ({
        id: 'transaction-left',
        found: `A transaction of ${account} has been open for ${seconds} s, and has written something here.`,
        mend: 'Let its application end it; or cut it off, which rolls it back.',
        sql: [`kill ${thread}`],
      }),
    );
    if (rows.length === open.length) return found;
    const prepared = await patient.ask('xa recover').catch(noneIfDenied);
    return [...found, ...prepared.map(preparedFound)];
  },
};

/** Those of others are told with the right PROCESS only, which the service needs for nothing else. */
function noneIfDenied(error: unknown): Row[] {
  if (isMysqlDenied(error)) return [];
  throw error;
}

function preparedFound({ formatID, gtrid_length: length, data }: Record<string, unknown>): Found {
  const text = String(data);
  const parts = [text.slice(0, Number(length)), text.slice(Number(length))];
  const xid = `${parts.map((part) => literal(part)).join(', ')}, ${formatID}`;
  return {
    id: 'transaction-left',
    found: `The prepared transaction ${text} waits, and its session has ended.`,
    mend: 'Commit it or roll it back, as whoever coordinates it has decided.',
    sql: [`xa rollback ${xid}`],
  };
}
