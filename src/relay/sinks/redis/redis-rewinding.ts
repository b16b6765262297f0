// Reads the newest entries of a Redis stream back, and takes them away again.
import type { EventRow } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { SinkPosition } from '../../sink.ts';
import type { Rewinding } from '../../standing-sink.ts';
import { sinkOccupied } from '../refusals.ts';
import { failAt } from './failure.ts';
import { type Entry, type Owner, rowOf } from './held.ts';
import { openLink, type RedisLink } from './link.ts';
import { MORE, REWIND } from './rewind-script.ts';

const PAGE = 500;

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

  async rewind({ id: to }: SinkPosition): Promise<void> {
    const { title, place } = this.#owner;
    const command = ['EVAL', REWIND, '1', place.key, to, String(PAGE)];
    const link = await openLink(title, place);
    try {
      const cut = () =>
        link.send(command).catch((error) => failAt(this.#owner, 'cannot cut back', error));
      while ((await cut()) === MORE);
    } finally {
      link.close();
    }
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
