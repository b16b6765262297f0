// What is in a SQLite file: the triggers that number what is inserted, those of others, its mode, its pages.
import { inboxesOf, ourTables } from '../../../examining/our-tables.ts';
import type { Check, Found } from '../../../examining/patient.ts';
import { sqliteRefusal } from '../../refusals.ts';
import type { SqlitePatient } from './sqlite-patient.ts';

/** How many faults of a damaged file are told. */
const FAULTS_MAX = 5;
/** The migration that makes the triggers is the last of a stream's; see migrations/stream/0003-waiting. */
const SCHEMA_BEFORE_TRIGGERS = 2;

const TRIGGERS = "select name, tbl_name as place from sqlite_master where type = 'trigger'";

export const triggersCheck: Check<SqlitePatient> = {
  subject: 'the triggers on its tables',
  look: async (patient) => {
    const triggers = await patient.ask(TRIGGERS);
    const names = new Set(triggers.map(({ name }) => name));
    const inboxes = await inboxesOf(patient);
    const ours = (await ourTables(patient)).filter((table) => !inboxes.includes(table));
    const lacking = inboxes.filter(
      (inbox) => !names.has(`${inbox}_numbers`) || !names.has(`${inbox}_waits`),
    );
    return [
      ...lacking.map(numberingFound),
      ...triggers
        .filter(({ place }) => ours.includes(place))
        .map(
          ({ name, place }): Found => ({
            id: 'trigger-foreign',
            found: `The trigger ${name} on ${place} runs inside of the service's work; when it fails, that does.`,
            mend: 'Remove it, and let a consumer do its work.',
            sql: [`drop trigger "${String(name).replaceAll('"', '""')}"`],
          }),
        ),
    ];
  },
};

function numberingFound(inbox: string): Found {
  const stream = inbox === 'evt_inbox' ? 'main' : inbox.slice('evt_'.length, -'_inbox'.length);
  return {
    id: 'numbering-missing',
    found: `A trigger is missing that numbers what is inserted into ${inbox}: it stays there, and nobody gets it.`,
    mend: 'Stop the service, have the migration of the triggers forgotten, and run aftercommit migrate.',
    sql: [`update evt_streams set schema = ${SCHEMA_BEFORE_TRIGGERS} where name = '${stream}'`],
  };
}

export const journalCheck: Check<SqlitePatient> = {
  subject: 'its mode',
  look: async (patient) => {
    if ((await inboxesOf(patient)).length === 0) return [];
    const [row] = await patient.ask('pragma journal_mode');
    if (row?.journal_mode === 'wal') return [];
    return [
      {
        id: 'journal-other',
        found: `Some program has set the journal mode to ${row?.journal_mode}.`,
        mend: 'Set it back while nobody has the file, as the service does at its start; and let that program be.',
        sql: ['pragma journal_mode = wal'],
      },
    ];
  },
};

export const lockCheck: Check<SqlitePatient> = {
  subject: 'who holds it',
  look: async (patient) => {
    if (!patient.isThere) return [];
    try {
      await patient.lock();
      return [];
    } catch (error) {
      const found = sqliteRefusal(error);
      if (found.id === 'file-damaged') throw error;
      // It may not write: where its file is tells that.
      if (found.id !== 'file-held') return [];
      const seconds = patient.request.timeoutMs / 1000;
      return [
        {
          ...found,
          found: `Another program has been writing for ${seconds} s, and nobody else can.`,
        },
      ];
    }
  },
};

export const pagesCheck: Check<SqlitePatient> = {
  subject: 'its pages',
  look: async (patient) => {
    if (!patient.request.isDeep || !patient.isThere) return [];
    const rows = await patient.ask(`pragma quick_check(${FAULTS_MAX})`);
    const faults = rows
      .map(({ quick_check: text }) => String(text))
      .filter((text) => text !== 'ok');
    if (faults.length === 0) return [];
    return [
      {
        id: 'file-damaged',
        found: `It is damaged: ${faults.join('; ').replace(/\s+/g, ' ')}`,
        mend: 'Restore it from a backup, together with the other database.',
        sql: [],
      },
    ];
  },
};
