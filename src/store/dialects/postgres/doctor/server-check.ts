// What a PostgreSQL server is: its version, its encoding, and whether it takes writes.
import type { Check, Found } from '../../../examining/patient.ts';
import { OLDEST_VERSION } from '../session.ts';
import { createDatabase, LOCALE_HINT } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';
import { mendOf, settingsOf } from './settings.ts';

export const versionCheck: Check<PostgresPatient> = {
  subject: 'its version',
  look: async ({ version, product }) => {
    if (version >= OLDEST_VERSION) return [];
    return [
      {
        id: 'version-old',
        found: `It is ${product}.`,
        mend: `Update the server to PostgreSQL ${OLDEST_VERSION} or later.`,
        sql: [],
      },
    ];
  },
};

export const encodingCheck: Check<PostgresPatient> = {
  subject: 'its encoding',
  look: async (patient) => {
    const [row] = await patient.ask(
      "select current_setting('server_encoding') as encoding, current_database() as name, current_user as account",
    );
    if (row?.encoding === 'UTF8') return [];
    return [
      {
        id: 'encoding-other',
        found: `The database is in ${row?.encoding}.`,
        mend: `Make a database in UTF8, and move everything there with pg_dump. ${LOCALE_HINT}`,
        sql: [createDatabase(`${row?.name}_utf8`, row?.account)],
      },
    ];
  },
};

export const writableCheck: Check<PostgresPatient> = {
  subject: 'whether it takes writes',
  look: async (patient) => {
    const found: Found[] = [];
    const [row] = await patient.ask('select pg_is_in_recovery() as standby');
    // Of several, one is enough.
    if (row?.standby && !patient.request.isOneOfMany) {
      found.push({
        id: 'read-only',
        found: 'It is a standby, or is still recovering.',
        mend: 'Name the primary in the URL, all servers (postgres://a,b/db), or promote this one.',
        sql: ['select pg_promote()'],
      });
    }
    const setting = (await settingsOf(patient, ['default_transaction_read_only'])).get(
      'default_transaction_read_only',
    );
    if (setting?.value === 'on') {
      found.push({
        id: 'read-only',
        found: `Transactions are read-only by default (default_transaction_read_only) ${setting.where}.`,
        ...mendOf('Switch it off.', [setting, 'off']),
      });
    }
    return found;
  },
};

const ENDING = ['idle_session_timeout', 'transaction_timeout'];

/** Those that our sessions do not set themselves. */
export const timeLimitsCheck: Check<PostgresPatient> = {
  subject: 'its time limits',
  look: async (patient) => {
    const settings = [...(await settingsOf(patient, ENDING)).values()];
    return settings
      .filter(({ value }) => value !== '0')
      .map((setting) => ({
        id: 'idle-cut',
        found:
          `${setting.name} is ${setting.value} ms ${setting.where}: ` +
          "the server ends the service's sessions after it.",
        ...mendOf('The service has limits of its own: have none there.', [setting, '0']),
      }));
  },
};
