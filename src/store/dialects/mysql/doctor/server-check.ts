// What a MySQL or MariaDB server is, and which of its settings our statements and those of applications stumble over.
import { EVENT_BYTES_MAX } from '../../../../contract/limits.ts';
import { connectionsFound } from '../../../examining/connections-check.ts';
import type { Check, Found } from '../../../examining/patient.ts';
import type { Standing } from '../../../examining/standing.ts';
import { hostOf, userOf } from '../../../examining/where.ts';
import { quotedAccount } from './access-check.ts';
import type { MysqlPatient } from './mysql-patient.ts';

export const versionCheck: Check<MysqlPatient> = {
  subject: 'its version',
  look: async ({ product, neededVersion }) => {
    if (neededVersion === null) return [];
    return [
      {
        id: 'version-old',
        found: `It is ${product}.`,
        mend: `Update the server to version ${neededVersion} or later.`,
        sql: [],
      },
    ];
  },
};

/** Each makes the server refuse writes. */
const READ_ONLY = ['super_read_only', 'read_only', 'innodb_read_only'];

export const writableCheck: Check<MysqlPatient> = {
  subject: 'whether it takes writes',
  look: async (patient) => {
    // Of several, one is enough.
    if (patient.request.isOneOfMany) return [];
    const variables = await patient.variables(...READ_ONLY);
    const names = READ_ONLY.filter((name) => variables.get(name) === 'ON');
    return names.map((name) => ({
      id: 'read-only',
      found: `${name} is on.`,
      mend: 'Name the server that takes writes in the URL, or all of them; or let this one, if it is no replica.',
      // It stands in the server's file.
      sql: name === 'innodb_read_only' ? [] : [`set global ${name} = off`],
    }));
  },
};

/** The names of semi-synchronous replication: MariaDB's, and MySQL's of before and since 8.0.26. */
const AWAITING = ['rpl_semi_sync_master_enabled', 'rpl_semi_sync_source_enabled'];

export async function standingOf(patient: MysqlPatient): Promise<Omit<Standing, 'host'>> {
  const variables = await patient.variables(
    ...READ_ONLY,
    ...['hostname', 'port', 'datadir', 'wsrep_on'],
    ...AWAITING,
  );
  const isNode = variables.get('wsrep_on') === 'ON';
  const uuid = isNode ? await patient.status('wsrep_cluster_state_uuid') : new Map();
  const awaiting = AWAITING.find((name) => variables.has(name));
  return {
    takesWrites: READ_ONLY.every((name) => variables.get(name) !== 'ON'),
    identity: ['hostname', 'port', 'datadir'].map((name) => variables.get(name)).join(' '),
    cluster: isNode ? String(uuid.get('wsrep_cluster_state_uuid')) : null,
    awaitsOthers: isNode || (awaiting !== undefined && variables.get(awaiting) === 'ON'),
    awaitOthers: {
      mend: 'Have its commits wait for another server, once one follows it.',
      sql: awaiting === undefined ? [] : [`set global ${awaiting} = on`],
    },
    // Semi-synchronous replication gives up waiting by itself; of nodes there is a check of its own.
    goOnAlone: null,
  };
}

/** `aftercommit/generator` sends the data in hexadecimal digits, with a statement around it. */
const PACKET_BYTES_MIN = 2 * EVENT_BYTES_MAX + 65_536;
const PACKET_BYTES_USUAL = 16_777_216;

export const packetCheck: Check<MysqlPatient> = {
  subject: 'how large its packets may be',
  look: async (patient) => {
    const bytes = Number((await patient.variables('max_allowed_packet')).get('max_allowed_packet'));
    if (bytes >= PACKET_BYTES_MIN) return [];
    return [
      {
        id: 'packet-small',
        found: `max_allowed_packet is ${bytes} bytes, and the largest event takes ${PACKET_BYTES_MIN}.`,
        mend: 'Raise it, here and in the file of the server; connections that are open keep the old value.',
        sql: [`set global max_allowed_packet = ${PACKET_BYTES_USUAL}`],
      },
    ];
  },
};

/** MariaDB only; MySQL lets no session switch them off. */
export const constraintsCheck: Check<MysqlPatient> = {
  subject: 'whether it checks constraints',
  look: async (patient) => {
    const checks = (await patient.variables('check_constraint_checks')).get(
      'check_constraint_checks',
    );
    if (checks !== 'OFF') return [];
    return [
      {
        id: 'checks-off',
        found: 'check_constraint_checks is off by default: anything gets into an inbox.',
        mend: 'Switch it on, here and in the file of the server.',
        sql: ['set global check_constraint_checks = on'],
      },
    ];
  },
};

/** On MySQL our sessions set it themselves; the pool ends what was idle for half the time limit. */
export const timeLimitsCheck: Check<MysqlPatient> = {
  subject: 'its time limits',
  look: async (patient) => {
    if (!patient.isMariadb) return [];
    const seconds = Number((await patient.variables('wait_timeout')).get('wait_timeout'));
    if (seconds * 1000 >= patient.request.timeoutMs) return [];
    return [
      {
        id: 'idle-cut',
        found: `wait_timeout is ${seconds} s, below EVT_DATABASE_TIMEOUT_MS: the server ends idle connections.`,
        mend: 'Raise it, here and in the file of the server; or lower EVT_DATABASE_TIMEOUT_MS.',
        sql: ['set global wait_timeout = 28800'],
      },
    ];
  },
};

export const connectionsCheck: Check<MysqlPatient> = {
  subject: 'how many connections may be open',
  look: async (patient) => {
    const [row] = await patient.ask(
      `select @@global.max_connections as server, @@global.max_user_connections as accounts,
              @@session.max_user_connections as account, current_user() as user`,
    );
    const { server, accounts, account, user } = row ?? {};
    return connectionsFound(patient.request, [
      {
        bounds: hostOf,
        name: 'max_connections',
        most: Number(server),
        mend: 'Raise it, here and in the file of the server',
        sql: ['set global max_connections = 151'],
      },
      {
        bounds: userOf,
        name: 'max_user_connections',
        most: Number(account),
        mend: 'Raise it',
        sql: [
          Number(accounts) === Number(account)
            ? 'set global max_user_connections = 0'
            : `alter user ${quotedAccount(String(user))} with max_user_connections 0`,
        ],
      },
    ]);
  },
};

/** One long insert that does not say how many rows it has. */
export const autoincrementCheck: Check<MysqlPatient> = {
  subject: 'how its inboxes are numbered',
  look: async (patient) => {
    const name = 'innodb_autoinc_lock_mode';
    const mode = (await patient.variables(name)).get(name);
    if (mode === '2') return [];
    const found: Found = {
      id: 'inbox-held',
      found: `${name} is ${mode}: while one insert ... select into an inbox runs, all other inserts wait.`,
      mend: `Put ${name} = 2 into the file of the server, and start it again.`,
      sql: [],
    };
    return [found];
  },
};
