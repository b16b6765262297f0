import { EventList, NO_EVENTS } from '../../../src/contract/event-list.ts';
import type { NumberedBatch } from '../../../src/delivery/channel.ts';
import type { SseConnection } from '../../../src/server/streams/connection.ts';
import { PingChannel } from '../../../src/server/streams/ping-channel.ts';
import { id } from '../../support/events.ts';

/** A peer that takes something when it is told to. */
class Connection {
  readonly closed = new AbortController().signal;
  isWritable = true;
  written = 0;
  #taken: () => void = () => {};
  write(): Promise<void> {
    this.written += 1;
    return new Promise((resolve) => {
      this.#taken = resolve;
    });
  }
  take(): void {
    this.isWritable = true;
    this.#taken();
  }
}
const open = () => {
  const connection = new Connection();
  const channel = new PingChannel({
    connection: connection as unknown as SseConnection,
    windowMs: 0,
    whenDone: async () => {},
  });
  return { connection, channel };
};
const batch = (more: Partial<NumberedBatch>): NumberedBatch => ({
  ...{ seq: 0, events: NO_EVENTS, after: id(5), upTo: id(9), epoch: 1 },
  ...more,
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a client that is pinged', () => {
  it('is owed one ping for all that happens while it takes nothing', async () => {
    const { connection, channel } = open();
    channel.ping();
    connection.isWritable = false;
    for (let nth = 0; nth < 100; nth += 1) channel.ping();
    expect(connection.written).toBe(1);
    connection.take();
    await turn();
    expect(connection.written).toBe(2);
    connection.take();
    await turn();
    expect(connection.written).toBe(2);
  });

  it('is pinged for what was passed over, also where nothing follows it', async () => {
    const { connection, channel } = open();
    // Or it would not be told at all.
    expect(channel.sendsCheckpoints).toBe(true);
    void channel.send(batch({ passedFrom: id(2) }));
    await turn();
    expect(connection.written).toBe(1);
    await channel.send(batch({}));
    expect(connection.written).toBe(1);
  });

  it('is pinged for each event', async () => {
    const { connection, channel } = open();
    const events = new EventList([
      [id(6), 'A', '1', ''],
      [id(7), 'A', '1', ''],
    ]);
    const sent = channel.send(batch({ events }));
    await turn();
    connection.take();
    await turn();
    connection.take();
    expect(await sent).toBe(true);
    expect(connection.written).toBe(2);
  });
});
