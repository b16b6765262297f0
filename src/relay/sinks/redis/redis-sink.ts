// Events as entries of a Redis stream, each exactly once, under their own ids: the stream says up to where it has them
// (held.ts), and a batch is added behind that or not at all (script.ts). Behind the last event that a sink wants, the
// stream's greatest id says how far it has looked.
import { onAbort } from '../../../base/on-abort.ts';
import type { EventRow } from '../../../contract/event.ts';
import type { Batch } from '../../../contract/event-list.ts';
import { onOneLine } from '../../../contract/json-text.ts';
import type { SinkPosition } from '../../sink.ts';
import type { StandingSink } from '../../standing-sink.ts';
import { sinkUnavailable } from '../refusals.ts';
import { failAt } from './failure.ts';
import { type Entry, entryId, NOTHING, type Owner, readHeld, rowOf } from './held.ts';
import { openLink, type RedisLink } from './link.ts';
import { RedisRewinding } from './redis-rewinding.ts';
import { ADDED, APPEND } from './script.ts';

/** From the opening to the closing. */
interface Turn {
  readonly link: RedisLink;
  /** The greatest id of the stream. */
  last: string;
}

export class RedisSink implements StandingSink {
  readonly title: string;
  readonly #owner: Owner;
  #turn: Turn | null = null;

  constructor(owner: Owner) {
    this.title = owner.title;
    this.#owner = owner;
  }

  async stand(epoch: number): Promise<SinkPosition | null> {
    const { key } = this.#owner.place;
    const link = await openLink(this.title, this.#owner.place);
    try {
      const position = await this.#read(link, epoch);
      // Writes nothing, and says whether it could.
      const trim = ['XTRIM', key, 'MAXLEN', String(Number.MAX_SAFE_INTEGER)];
      await link.send(trim).catch((error) => failAt(this.#owner, 'cannot write', error));
      return position;
    } finally {
      link.close();
    }
  }

  async open({ epoch }: SinkPosition, signal: AbortSignal): Promise<SinkPosition | null> {
    const link = await openLink(this.title, this.#owner.place);
    const forget = onAbort(signal, () => link.close());
    try {
      const position = await this.#read(link, epoch);
      this.#turn = { link, last: position === null ? NOTHING : entryId(position.id) };
      return position;
    } catch (error) {
      link.close();
      throw error;
    } finally {
      forget();
    }
  }

  async last(): Promise<EventRow | null> {
    const { link } = this.#turn as Turn;
    const newest = ['XREVRANGE', this.#owner.place.key, '+', '-', 'COUNT', '1'];
    const entries = await link
      .send(newest)
      .catch((error) => failAt(this.#owner, 'cannot read', error));
    const [entry] = entries as readonly Entry[];
    return entry === undefined ? null : rowOf(entry);
  }

  async write({ events, upTo, epoch }: Batch, signal: AbortSignal): Promise<void> {
    const turn = this.#turn as Turn;
    const { stream, place } = this.#owner;
    const { key, maxLength } = place;
    const last = entryId(upTo);
    const facts = [turn.last, last, String(maxLength), stream, String(epoch)];
    const command = ['EVAL', APPEND, '1', key, ...facts, ...events.rows.flatMap(fieldsOf)];
    signal.throwIfAborted();
    const forget = onAbort(signal, () => turn.link.close());
    try {
      // None of it is about an event: what is larger than Redis takes is no event here.
      const answer = await turn.link
        .send(command)
        .catch((error) => failAt(this.#owner, 'cannot add to', error));
      if (answer !== ADDED) {
        const what = `finds the key ${key} at ${answer} and not at ${turn.last}`;
        throw sinkUnavailable(this.title, `${what}: somebody else has written to it`);
      }
    } finally {
      forget();
    }
    turn.last = last;
  }

  async close(): Promise<void> {
    const turn = this.#turn;
    this.#turn = null;
    turn?.link.close();
  }

  get rewinding(): RedisRewinding {
    return new RedisRewinding(this.#owner);
  }

  #read(link: RedisLink, epoch: number): Promise<SinkPosition | null> {
    return readHeld(link, this.#owner, epoch).catch((error) =>
      failAt(this.#owner, 'cannot read', error),
    );
  }
}

function fieldsOf([id, type, data, ts]: EventRow): string[] {
  return [id, type, onOneLine(data), ts];
}
