import type { Knex } from 'knex';
import { NO_EVENT } from '../../../src/contract/event-id.ts';
import { EventReader } from '../../../src/store/dialects/mysql/event-reader.ts';
import { SYNC } from '../../../src/store/dialects/mysql/statements.ts';
import { Synced } from '../../../src/store/dialects/mysql/synced.ts';
import { id } from '../../support/events.ts';

const LIMITS = { eventsMax: 1000, bytesMax: 4_194_304 };
const TS = '2026-11-20 21:32:25.123';

/** A reader whose database answers each statement with what `answer` gives, and the statements that were sent. */
function open(answer: (sql: string) => string[][]) {
  const sent: string[] = [];
  const raw = (sql: string) => ({
    connection: () => ({
      options: async () => {
        sent.push(sql);
        return [answer(sql)];
      },
    }),
  });
  const client = { acquireConnection: async () => ({}), releaseConnection: async () => {} };
  const synced = new Synced();
  const reader = new EventReader({ client, raw } as unknown as Knex, 'evt_queue', synced);
  return { reader, synced, sent };
}

describe('EventReader of MySQL', () => {
  it('gives what is known to stay at once, and nothing behind it', async () => {
    const rows = [1, 2, 3].map((nth) => [String(nth), 'T', '1', TS]);
    const { reader, synced, sent } = open(() => rows);
    synced.reach('evt_queue', id(2));
    const found = await reader.read(NO_EVENT, LIMITS);
    expect(found.map(([each]) => each)).toEqual(['1', '2']);
    expect(sent).not.toContain(SYNC);
  });

  it('does not take a row for known to stay by what was learnt after it was read', async () => {
    const { reader, synced, sent } = open((sql) => {
      // Another connection has given the same id to another event meanwhile.
      if (sql !== SYNC) synced.reach('evt_queue', id(1));
      return sql === SYNC ? [] : [['1', 'T', '1', TS]];
    });
    await reader.read(NO_EVENT, LIMITS);
    expect(sent.at(-1)).toBe(SYNC);
  });

  it('goes on reading the sizes first, though a look at the head finds nothing', async () => {
    let isHead = false;
    const { reader, sent } = open((sql) => {
      if (isHead) return [];
      if (sql.startsWith('select id, octet_length')) return [['1', '9000']];
      return [['1', 'T', sql.includes('if(octet_length(data) > ?') ? '' : '1', TS]];
    });
    await reader.read(NO_EVENT, LIMITS);
    isHead = true;
    await reader.read(id(1), LIMITS);
    isHead = false;
    sent.length = 0;
    await reader.read(NO_EVENT, LIMITS);
    expect(sent[0]).toMatch(/^select id, octet_length/);
  });
});
