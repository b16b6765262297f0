// Reads the newest entries of a Redis stream back, and takes them away again: all of them at once, or none.
import { randomUUID } from 'node:crypto';
import type { EventRow } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { SinkPosition } from '../../sink.ts';
import type { Rewinding } from '../../standing-sink.ts';
import { sinkOccupied, sinkUnavailable } from '../refusals.ts';
import { failAt } from './failure.ts';
import { type Entry, noteId, type Owner, readHeld, rowOf } from './held.ts';
import { openLink, type RedisLink } from './link.ts';
import { COPY, REPLACE, REPLACED } from './rewind-scripts.ts';

/** Of entries, which may be large. */
const PAGE = 100;

export class RedisRewinding implements Rewinding {
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  async *held(after: EventId): AsyncGenerator<EventRow> {
    const { title, place } = this.#owner;
    const link = await openLink(title, place);
    try {
      for (let behind = after; ; ) {
        const rows = await this.#rows(link, behind);
        yield* rows;
        if (rows.length < PAGE) return;
        behind = rows.at(-1)?.[0] ?? behind;
      }
    } finally {
      link.close();
    }
  }

  async rewind(to: SinkPosition, requireHeld: () => Promise<void>): Promise<void> {
    const { title, place } = this.#owner;
    const link = await openLink(title, place);
    try {
      await this.#replace(link, to, requireHeld).catch((error) =>
        failAt(this.#owner, 'cannot cut back', error),
      );
    } finally {
      link.close();
    }
  }

  async #replace(
    link: RedisLink,
    to: SinkPosition,
    requireHeld: () => Promise<void>,
  ): Promise<void> {
    const { title, place } = this.#owner;
    const { key } = place;
    const last = noteId(to);
    const expected = (await readHeld(link, this.#owner, to.epoch))?.last;
    if (expected === undefined || expected === last) return;
    const copy = copyKey(key);
    const copied = await copyUpTo(link, [key, copy], last, requireHeld);
    await requireHeld();
    const facts = [expected, last, String(copied), String(to.epoch)];
    const answer = await link.send(['EVAL', REPLACE, '2', key, copy, ...facts]);
    if (answer === REPLACED) return;
    const what = `does not find the key ${key} as it was, but at ${answer}`;
    throw sinkUnavailable(title, `${what}: somebody else has written to it`);
  }

  async #rows(link: RedisLink, behind: EventId): Promise<EventRow[]> {
    const { title, place } = this.#owner;
    const range = ['XRANGE', place.key, `${behind}-1`, '+', 'COUNT', String(PAGE)];
    const entries = await link
      .send(range)
      .catch((error) => failAt(this.#owner, 'cannot read', error));
    return (entries as readonly Entry[]).map((entry) => {
      const row = rowOf(entry);
      if (row !== null) return row;
      throw sinkOccupied(
        title,
        `the entry ${entry[0]} of the key ${place.key} is of somebody else`,
      );
    });
  }
}

/** Gives how many there are. */
async function copyUpTo(
  link: RedisLink,
  keys: readonly string[],
  last: string,
  requireHeld: () => Promise<void>,
): Promise<number> {
  let copied = 0;
  for (let from = '-'; ; ) {
    await requireHeld();
    const copy = ['EVAL', COPY, '2', ...keys, from, last, String(PAGE)];
    const [count, reached] = (await link.send(copy)) as [number, string];
    copied += count;
    if (count < PAGE) return copied;
    from = reached.replace(/-0$/, '-1');
  }
}

/** Another one each time, on the same server of a Redis Cluster. */
function copyKey(key: string): string {
  const tagged = /^[^{]*\{[^}]+\}/.test(key) ? key : `{${key}}`;
  return `${tagged}:rewind:${randomUUID()}`;
}
