// What users write, as text: it is run and compiled where the package is installed, and nowhere else.

/** Prints what each entry exports. */
export const importAll = (entries: readonly string[]) => `
const names = {};
for (const entry of ${JSON.stringify(entries)}) names[entry] = Object.keys(await import(entry)).sort();
console.log(JSON.stringify(names));
`;

export const requireAll = (entries: readonly string[]) => `
const names = {};
for (const entry of ${JSON.stringify(entries)}) names[entry] = Object.keys(require(entry)).sort();
console.log(JSON.stringify(names));
`;

/** All declarations of the entries. */
export const reexport = (entries: readonly string[]) =>
  entries.map((entry, nth) => `export * as entry${nth} from '${entry}';\n`).join('');

/** With some of what is declared in use. */
export const consumer = (entries: readonly string[]) => `
${reexport(entries)}
import { createApp } from 'aftercommit';
import { type CallError, createClient, enough, isCallError, type ReceivedBatch } from 'aftercommit/client';
import { exactlyOnce } from 'aftercommit/client/exactly-once';
import { addEvent } from 'aftercommit/generator';
import type { Knex } from 'knex';

export const client = createClient({ url: 'http://127.0.0.1:8080', key: null });
// @ts-expect-error Node has no page to take the address from
createClient({});

export async function read(signal: AbortSignal): Promise<string[]> {
  const consumer = client.consumer({ component: 'one', want: ['A'], onTrouble: (error: unknown) => console.log(error) });
  await consumer.run(({ upTo, events }: ReceivedBatch) => events.length > 9 && enough(upTo), { signal });
  const ids: string[] = [];
  for await (const batch of consumer) ids.push(...batch.events.map((event) => event.id));
  return ids;
}

export const idOf = (type: string): Promise<string> => client.addEvent(type, { any: ['json', 1, null] });
export const codeOf = (error: unknown): CallError['code'] | null => (isCallError(error) ? error.code : null);
export const handlerOn = (database: Knex) =>
  exactlyOnce({ database, consumer: 'one' }).handler(async (tx, batch) => {
    for (const { id, data } of batch.events) await tx('totals').insert({ id, net: data.total.net });
  });
export const inProcess = { createApp, addEvent };
`;

/** A script of a page. */
export const page = `
import { createClient } from 'aftercommit/client';
// The address is the page's own.
export const consumer = createClient().consumer({ component: 'page' });
export const running = consumer.run((batch) => console.log(batch.events.length));
`;
