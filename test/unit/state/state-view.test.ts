import type { EventId } from '../../../src/contract/event-id.ts';
import type { Fork } from '../../../src/contract/forks.ts';
import type { Feed } from '../../../src/feed/feed.ts';
import { stateKinds } from '../../../src/state/kinds.ts';
import { Projection } from '../../../src/state/projection.ts';
import { StateView } from '../../../src/state/state-view.ts';
import type { Store } from '../../../src/store/store.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { id } from '../../support/events.ts';
import { pause } from '../../support/pause.ts';

const projection = new Projection('main', stateKinds([{ name: 'a', upsert: ['A'] }]));
const part = { kinds: ['a'], isShort: false, mark: '' };

describe('the state as a node gives it', () => {
  it('is no older than its version, though others had it read before', async () => {
    let newest: EventId = id(1);
    const facts = () => ({
      ...{ config: projection.config, cursor: newest, epoch: 1, generation: 1 },
      ...{ readyAt: id(0), resumableFrom: id(0) },
    });
    let reading: () => void = () => {};
    const isReading = new Promise<void>((resolve) => {
      reading = resolve;
    });
    let readOn: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      readOn = resolve;
    });
    const states = {
      find: async () => facts(),
      newestVersion: async () => newest,
      read: async () => {
        const item = { kind: 'a', key: 'k', version: newest, value: newest };
        const read = { facts: facts(), items: [item] };
        reading();
        if (newest === id(1)) await held;
        return read;
      },
    };
    const view = new StateView({
      store: { states } as unknown as Store,
      feed: { epoch: 1 } as Feed,
      projection,
      metrics: createMetrics(),
    });
    const first = view.wholeAt(part, await view.version(part));
    await isReading;
    newest = id(2);
    const version = await view.version(part);
    const second = view.wholeAt(part, version);
    readOn();
    await first;
    expect(Buffer.concat([...(await second).parts]).toString()).toBe('{"a":{"k":2}}');
  });

  it('is not said to have come to events that came instead of those that it holds', async () => {
    const facts = { config: projection.config, cursor: id(9), epoch: 1 };
    const feed = { epoch: 1, forks: [] as Fork[] };
    const view = new StateView({
      store: { states: { find: async () => ({ ...facts }) } } as unknown as Store,
      feed: feed as unknown as Feed,
      projection,
      metrics: createMetrics(),
    });
    const { signal } = new AbortController();
    await view.reached(id(9), signal);
    Object.assign(feed, { epoch: 3, forks: [{ epoch: 3, beganAfter: id(5) }] });
    await view.reached(id(5), signal);
    let isReached = false;
    const reached = view.reached(id(6), signal).then(() => {
      isReached = true;
    });
    await pause(200);
    expect(isReached).toBe(false);
    Object.assign(facts, { cursor: id(6), epoch: 3 });
    await reached;
  });
});
