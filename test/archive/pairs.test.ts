// Every database as the active one and as the warehouse, all nine pairs: the history is what was committed, byte for
// byte in `data`, and its checksums agree. ARCHIVE_EVENTS sets how many events (1,100 by default).
import type { EventRow } from '../../src/contract/event.ts';
import type { EventId } from '../../src/contract/event-id.ts';
import { cli } from '../app/run-cli.ts';
import { archiveAll, openWarehouse } from '../support/archiving.ts';
import { describeDatabases } from '../support/databases.ts';
import { id } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';

const EVENTS = Number(process.env.ARCHIVE_EVENTS ?? 1100);
const PAGE = { eventsMax: 1000, bytesMax: 4_194_304 };

/** What databases, drivers and JSON parsers like to change. */
const DATA = [
  '1.0',
  '1e400',
  '-0',
  '9007199254740993',
  '{"b":1,"a":{"b":[],"a":null},"b":2}',
  '{ "spaced" :  [ 1 ,2 ] }',
  '"\\u0041\\u00e9\\ud83d\\ude00 é😀 \u2028"',
  '"\\\\ \\" \' \'\' ? ?? $1 :x %s -- /* ;"',
  '""',
  'null',
  `"${'x'.repeat(5000)}"`,
  `{"text":"${'ä'.repeat(300)}"}`,
];

const textOf = (nth: number) => DATA[nth % DATA.length] ?? 'null';

async function fill(store: OpenStore['store']): Promise<void> {
  for (let from = 0; from < EVENTS; from += 1000) {
    const count = Math.min(1000, EVENTS - from);
    const drafts = Array.from({ length: count }, (_, nth) => ({
      type: nth % 7 === 0 ? 'a:b.c/d-e' : 'PLAIN',
      data: textOf(from + nth),
    }));
    await store.append('main', drafts);
  }
}

describeDatabases('an archive', (warehouseKind) => {
  describeDatabases('of a stream', (kind) => {
    it(
      'holds what was committed, byte for byte',
      async () => {
        const opened = await openStore(kind);
        const { warehouse, url, close } = await openWarehouse(warehouseKind);
        try {
          await fill(opened.store);
          const startMs = performance.now();
          await archiveAll(opened.store, warehouse);
          const seconds = (performance.now() - startMs) / 1000;
          let compared = 0;
          for (let after = id(0); compared < EVENTS; ) {
            const queued = await opened.store.readAfter('main', after, PAGE);
            const archived = await warehouse.readHistory('main', after, PAGE);
            const count = Math.min(queued.length, archived.length);
            expect(count).toBeGreaterThan(0);
            // The same rows, and their data as it was given.
            expect(archived.slice(0, count)).toEqual(queued.slice(0, count));
            for (const [nth, row] of archived.slice(0, count).entries()) {
              expect([row[0], row[2]]).toEqual([
                String(compared + nth + 1),
                textOf(compared + nth),
              ]);
            }
            compared += count;
            after = (archived[count - 1] as EventRow)[0] as EventId;
          }
          expect(await warehouse.firstId('main', id(EVENTS))).toBeNull();
          const verified = await cli(['archive', '--verify', '--json'], {
            env: { EVT_DATABASE_URL: opened.url, EVT_WAREHOUSE_URL: url },
          });
          expect(verified.stderr).toBe('');
          expect(JSON.parse(verified.stdout.trim().split('\n').at(-1) ?? '')).toEqual({
            stream: 'main',
            verified: EVENTS,
            unchecked: 0,
            pruned_up_to: '0',
            differing: 0,
            done: true,
          });
          console.info(
            `${kind} to ${warehouseKind}: ${EVENTS} events, ${Math.round(EVENTS / seconds)}/s`,
          );
        } finally {
          await opened.close();
          await close();
        }
      },
      60_000 + EVENTS * 5,
    );
  });
});
