// Whether a MySQL or MariaDB server has on its disk what it has confirmed, and can write its binary log.
import { ourTables } from '../../../examining/our-tables.ts';
import type { Check, Found } from '../../../examining/patient.ts';
import { quoted } from '../literal.ts';
import { type MysqlPatient, textList } from './mysql-patient.ts';

/** MariaDB's 3 does all that 1 does. */
const FLUSHING = ['1', '3'];
const NOT_SYNCING = ['nosync', 'littlesync'];

export const diskCheck: Check<MysqlPatient> = {
  subject: 'whether it waits for its disk',
  look: async (patient) => {
    const variables = await patient.variables(
      ...['innodb_flush_log_at_trx_commit', 'innodb_flush_method', 'innodb_doublewrite'],
      ...['log_bin', 'sync_binlog'],
    );
    const found: Found[] = [];
    const flushing = variables.get('innodb_flush_log_at_trx_commit') ?? '';
    if (!FLUSHING.includes(flushing)) {
      found.push({
        id: 'disk-not-awaited',
        found: `innodb_flush_log_at_trx_commit is ${flushing}: the server answers before its disk has anything.`,
        mend: 'Set it to 1, here and in the file of the server.',
        sql: ['set global innodb_flush_log_at_trx_commit = 1'],
      });
    }
    const binlog = variables.get('sync_binlog') ?? '';
    if (variables.get('log_bin') === 'ON' && binlog !== '1') {
      found.push({
        id: 'disk-not-awaited',
        found: `sync_binlog is ${binlog}: after a crash the binary log lacks what was confirmed, and so do replicas.`,
        mend: 'Set it to 1, here and in the file of the server.',
        sql: ['set global sync_binlog = 1'],
      });
    }
    const method = variables.get('innodb_flush_method') ?? '';
    if (NOT_SYNCING.includes(method)) {
      found.push({
        id: 'disk-not-awaited',
        found: `innodb_flush_method is ${method}: the server does not wait for its disk.`,
        mend: 'Put innodb_flush_method = O_DIRECT into the file of the server, and start it again.',
        sql: [],
      });
    }
    if (variables.get('innodb_doublewrite') === 'OFF') {
      found.push({
        id: 'torn-pages',
        found:
          'innodb_doublewrite is off: a page that is half written when the power fails cannot be mended.',
        mend:
          'Put innodb_doublewrite = on into the file of the server, and start it again, unless the file system ' +
          'writes pages whole (ZFS).',
        sql: [],
      });
    }
    return found;
  },
};

export const binlogCheck: Check<MysqlPatient> = {
  subject: 'its binary log',
  look: async (patient) => {
    const variables = await patient.variables('log_bin', 'binlog_format');
    if (variables.get('log_bin') !== 'ON' || variables.get('binlog_format') !== 'STATEMENT')
      return [];
    return [
      {
        id: 'binlog-statement',
        found:
          'The binary log is written by statements: in READ COMMITTED, as we have it, InnoDB refuses every write.',
        mend: 'Have it written by rows, here and in the file of the server; open connections keep the old way.',
        sql: ["set global binlog_format = 'ROW'"],
      },
    ];
  },
};

export const storageCheck: Check<MysqlPatient> = {
  subject: 'how its tables are stored',
  look: async (patient) => {
    const rows = await patient.ask(
      `select table_schema as home, table_name as name, engine from information_schema.tables
        where table_schema = database() and engine <> 'InnoDB'
          and table_name in (${textList(await ourTables(patient))})`,
    );
    return rows.map(({ home, name, engine }) => ({
      id: 'table-not-durable',
      found: `${name} is stored by ${engine}, which knows no transactions and loses rows in a crash.`,
      mend: 'Have it stored by InnoDB.',
      sql: [`alter table ${quoted(home)}.${quoted(name)} engine = InnoDB`],
    }));
  },
};
