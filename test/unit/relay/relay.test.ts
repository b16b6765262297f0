// The loop of relays over a store in memory: what is read, written and moved, and when.
import { type EventId, idPlus } from '../../../src/contract/event-id.ts';
import type { Batch } from '../../../src/contract/event-list.ts';
import { wantFilter } from '../../../src/feed/cut.ts';
import { Relay, type RelayOptions } from '../../../src/relay/relay.ts';
import { StoreSource } from '../../../src/relay/store-source.ts';
import type { Store } from '../../../src/store/store.ts';
import { id } from '../../support/events.ts';
import { until } from '../../support/until.ts';

describe('Relay', () => {
  let store: MemoryStore;
  let written: Batch[];
  let isBroken: boolean;
  let own: EventId | null;
  let opened: number;
  let closed: number;
  let errors: unknown[];
  const relays: Relay[] = [];
  beforeEach(() => {
    store = new MemoryStore();
    [written, errors, isBroken, own, opened, closed] = [[], [], false, null, 0, 0];
  });
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.stop();
  });

  const open = (options: Partial<RelayOptions> = {}) => {
    const relay = new Relay({
      source: new StoreSource({
        store: store as unknown as Store,
        stream: 'main',
        ident: 'SINK_x',
        node: 'here',
        register: async () => {},
        onInvalid: () => {},
      }),
      sink: {
        title: 'The sink x',
        open: async () => {
          opened += 1;
          return own === null ? null : { id: own, epoch: 1 };
        },
        write: async (batch) => {
          if (isBroken) throw new Error('It is broken.');
          written.push(batch);
        },
        close: async () => {
          closed += 1;
        },
      },
      filter: null,
      batchMax: 500,
      checkpointMs: 60_000,
      pace: { sleepMsMin: 20_000, sleepMsMax: 60_000, sleepMsStep: 10 },
      backoff: { firstMs: 60_000, maxMs: 60_000 },
      onError: (error) => errors.push(error),
      ...options,
    });
    relays.push(relay);
    return relay;
  };

  it('reads once for many small batches', async () => {
    store.add(5, 'A');
    const relay = open({ batchMax: 2 });
    const rounds = [];
    for (let nth = 0; nth < 4; nth += 1) rounds.push(await relay.round());
    expect(rounds).toEqual(['copied', 'copied', 'copied', 'nothing-left']);
    expect(written.map(({ after, upTo }) => [after, upTo])).toEqual([
      ['0', '2'],
      ['2', '4'],
      ['4', '5'],
    ]);
    expect([store.reads, store.cursor]).toEqual([2, '5']);
  });

  it('moves the cursor no further than its sink was told of', async () => {
    store.add(3, 'A');
    const relay = open({ filter: wantFilter(['A']) });
    await relay.round();
    store.add(10, 'X');
    expect(await relay.round()).toBe('copied');
    expect(await relay.round()).toBe('nothing-left');
    await relay.release();
    expect(written.map(({ upTo }) => upTo)).toEqual(['3']);
    expect(store.cursor).toBe('3');
  });

  it('tells a sink of what it does not want when it has opened, and when it is time', async () => {
    store.add(3, 'X');
    const relay = open({ filter: wantFilter(['A']), checkpointMs: 30 });
    await relay.round();
    store.add(3, 'X');
    await relay.round();
    expect(written.map(({ events, upTo }) => [events.size, upTo])).toEqual([[0, '3']]);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(await relay.round()).toBe('nothing-left');
    expect(written.at(-1)).toMatchObject({ after: '3', upTo: '6' });
    expect(store.cursor).toBe('6');
  });

  it('goes on behind the position of its sink, and not past the newest event', async () => {
    store.add(5, 'A');
    own = id(3);
    const relay = open();
    await relay.round();
    expect(written[0]).toMatchObject({ after: '3', upTo: '5' });
    await relay.release();
    own = id(9);
    await expect(relay.round()).rejects.toMatchObject({ code: 'HistoryForked' });
    expect([store.cursor, opened, closed]).toEqual(['5', 2, 2]);
  });

  it('lets no hint shorten the pause after a failure', async () => {
    store.add(1, 'A');
    isBroken = true;
    const relay = open();
    await relay.start();
    await until(() => errors.length === 1);
    for (let nth = 0; nth < 10; nth += 1) relay.hint();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([errors.length, opened, closed, store.leasesAsked]).toEqual([1, 1, 1, 1]);
  });

  it('follows a hint at once, also one that comes while it works', async () => {
    const relay = open();
    await relay.start();
    await until(() => store.reads === 1);
    store.add(1, 'A');
    relay.hint();
    await until(() => written.length === 1);
    store.onRead = () => {
      store.onRead = () => {};
      setImmediate(() => {
        store.add(1, 'A');
        relay.hint();
      });
      return new Promise((resolve) => setTimeout(resolve, 20));
    };
    relay.hint();
    await until(() => written.length === 2);
  });

  it('asks for the lease of another at its own pace, whatever hints come', async () => {
    store.isTaken = true;
    const relay = open();
    await relay.start();
    await until(() => store.leasesAsked === 1);
    for (let nth = 0; nth < 10; nth += 1) relay.hint();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([store.leasesAsked, opened]).toEqual([1, 0]);
  });
});

/** One consumer of one stream. */
class MemoryStore {
  readonly #rows: [EventId, string, string, string][] = [];
  cursor = id(0);
  reads = 0;
  leasesAsked = 0;
  isTaken = false;
  readonly leases = {
    take: async () => {
      this.leasesAsked += 1;
      return this.isTaken ? null : { consumerId: '1', cursor: this.cursor, token: '1' };
    },
    renew: async () => ({ lost: [], askedFor: [] }),
    release: async () => {},
  };
  onRead: () => Promise<void> | void = () => {};

  add(count: number, type: string): void {
    for (let nth = 0; nth < count; nth += 1) {
      const next = idPlus(this.#rows.at(-1)?.[0] ?? id(0), 1);
      this.#rows.push([next, type, 'null', '2026-11-20T21:32:25.123Z']);
    }
  }

  async readAfter(_stream: string, after: EventId, { eventsMax }: { eventsMax: number }) {
    this.reads += 1;
    const rows = this.#rows.slice(Number(after), Number(after) + eventsMax);
    await this.onRead();
    return rows;
  }

  async mayBeInvalid() {
    return false;
  }

  async streamState() {
    return { newest: this.#rows.at(-1)?.[0] ?? id(0), epoch: 1 };
  }

  async advanceCursors([ack]: readonly { cursor: EventId }[]) {
    if (ack !== undefined && Number(ack.cursor) > Number(this.cursor)) this.cursor = ack.cursor;
  }
}
