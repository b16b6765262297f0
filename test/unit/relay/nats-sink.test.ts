// A sink for NATS by itself, at real servers: what it publishes, where it says that it stands, and what it does when it
// is not alone, or refused, or left without an answer.
import type { EventRow } from '../../../src/contract/event.ts';
import { NatsSink } from '../../../src/relay/sinks/nats/nats-sink.ts';
import { type NatsSettings, natsPlaceOf } from '../../../src/relay/sinks/nats/settings.ts';
import { covers, eventSubject } from '../../../src/relay/sinks/nats/subjects.ts';
import { describeWithEngine, startNats } from '../../support/engines.ts';
import { idsInJetStream, publish, readJetStream, withManager } from '../../support/jet-stream.ts';
import type { KeptServer } from '../../support/kept-server.ts';
import {
  at,
  batch,
  givenUpAtFrozen,
  never,
  numbers,
  row,
  rows,
} from '../../support/sink-batches.ts';

describe('subjects', () => {
  it('are another one for each type, and levels of those with dots', () => {
    const types = ['A', 'order.paid', 'order.', 'order..', 'order', 'a..b', 'a.b', 'a:b/c-d_'];
    const subjects = types.map((type) => eventSubject('evt', 'main', type));
    expect(new Set(subjects).size).toBe(types.length);
    expect(subjects).toEqual([
      'evt.main.A',
      'evt.main.order.paid',
      'evt.main.order.%',
      'evt.main.order.%.%',
      'evt.main.order',
      'evt.main.a.%.b',
      'evt.main.a.b',
      'evt.main.a:b/c-d_',
    ]);
  });

  it.each([
    ['evt.main.>', 'evt.main.>', true],
    ['evt.>', 'evt.main.>', true],
    ['>', 'evt.main', true],
    ['evt.*', 'evt.main', true],
    ['evt.main', 'evt.main', true],
    ['evt.main.>', 'evt.main', false],
    ['evt.*.*', 'evt.main.>', false],
    ['evt.*', 'evt.main.>', false],
    ['evt.main.a', 'evt.main', false],
    ['other.>', 'evt.main.>', false],
  ])('%s covers %s: %s', (pattern, subject, isCovered) => {
    expect(covers(pattern, subject)).toBe(isCovered);
  });
});

describeWithEngine('nats', 'a sink for NATS', () => {
  let server: KeptServer;
  let streams = 0;
  let jetStream: string;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    streams += 1;
    jetStream = `s${streams}`;
  });

  const make = (settings: Partial<NatsSettings> = {}, stream = 'main') => {
    const given = { servers: server.url, jetStream, prefix: jetStream, ...settings };
    return new NatsSink({ title: 'The sink n', stream, place: natsPlaceOf(given, stream) });
  };
  const opened: NatsSink[] = [];
  const open = async (sink = make(), cursor = 0) => {
    opened.push(sink);
    const position = await sink.open(at(cursor), never);
    return { sink, position };
  };
  afterEach(async () => {
    for (const sink of opened.splice(0)) await sink.close();
  });
  const ids = () => idsInJetStream(server.url, jetStream);
  const written = async (first: number, last: number) => {
    const { sink } = await open();
    await sink.write(batch(rows(first, last)), never);
    await sink.close();
  };

  it('publishes events in order, as they were written, with who and where they are', async () => {
    const { sink, position } = await open();
    expect(position).toBeNull();
    const events: EventRow[] = [
      row(1, '{"a":\n 1.0, "b": 9007199254740993}', 'order.paid'),
      row(2, '"\u2028ü"', 'a..b'),
    ];
    await sink.write(batch(events), never);
    await sink.write(batch(rows(3, 1000)), never);
    const held = await readJetStream(server.url, jetStream);
    expect(held.map(({ id }) => id)).toEqual(numbers(1, 1000));
    expect(held.map(({ seq }) => seq)).toEqual(numbers(1, 1000));
    const ts = '"ts":"2026-11-20T21:32:25.123Z"';
    expect(held.slice(0, 3)).toEqual([
      {
        seq: 1,
        subject: `${jetStream}.main.order.paid`,
        text: `{"id":"1","type":"order.paid","data":{"a":  1.0, "b": 9007199254740993},${ts}}`,
        msgId: 'main:1:1',
        epoch: 1,
        id: 1,
      },
      expect.objectContaining({
        subject: `${jetStream}.main.a.%.b`,
        text: `{"id":"2","type":"a..b","data":"\u2028ü",${ts}}`,
      }),
      expect.objectContaining({ text: `{"id":"3","type":"TEST","data":3.0,${ts}}` }),
    ]);
    expect(await make().stand()).toEqual(at(1000));
  });

  it('says the epoch of its last event, and changes nothing by saying so', async () => {
    expect(await make().stand()).toBeNull();
    const { sink } = await open();
    await sink.write(batch(rows(7, 9), undefined, 3), never);
    expect(await make().stand()).toEqual(at(9, 3));
    expect((await open()).position).toEqual(at(9, 3));
    expect(await ids()).toEqual([7, 8, 9]);
  });

  it('notes how far it has looked behind its last event, once', async () => {
    const { sink } = await open();
    await sink.write(batch(rows(1, 2), 10), never);
    for (const upTo of [20, 30]) await sink.write(batch([], upTo), never);
    expect(await make().stand()).toEqual(at(30));
    await sink.write(batch(rows(31, 31)), never);
    await sink.write(batch([], 40), never);
    expect(await make().stand()).toEqual(at(40));
    const held = await readJetStream(server.url, jetStream);
    expect(held.map(({ subject, id }) => [subject, id])).toEqual([
      [`${jetStream}.main.TEST`, 1],
      [`${jetStream}.main.TEST`, 2],
      [`${jetStream}.main.TEST`, 31],
      [`${jetStream}.main`, 40],
    ]);
  });

  it('leaves no hole where a message is refused, names it, and goes on when it is taken', async () => {
    const { sink } = await open();
    const limit = (max_msg_size: number) =>
      withManager(server.url, (manager) => manager.streams.update(jetStream, { max_msg_size }));
    await limit(1000);
    const events = rows(1, 500, (nth) => (nth === 5 ? JSON.stringify('x'.repeat(2000)) : `${nth}`));
    await expect(sink.write(batch(events), never)).rejects.toMatchObject({
      code: 'SinkRefused',
      message: 'The sink n: event 5 was not taken: message size exceeds maximum allowed',
      details: { id: '5' },
    });
    expect(await ids()).toEqual([1, 2, 3, 4]);
    await sink.close();
    await limit(-1);
    const again = await open();
    expect(again.position).toEqual(at(4));
    await again.sink.write(batch(events.slice(4)), never);
    expect(await ids()).toEqual(numbers(1, 500));
  });

  it('names an event that is larger than the server takes', async () => {
    const { sink } = await open();
    const events = [...rows(1, 3), row(4, JSON.stringify('x'.repeat(1_100_000))), ...rows(5, 9)];
    await expect(sink.write(batch(events), never)).rejects.toMatchObject({
      code: 'SinkRefused',
      message:
        'The sink n: event 4 was not taken: it is larger than the 1048576 bytes that the server takes',
    });
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('waits where the JetStream stream is full', async () => {
    const { sink } = await open(make({ maxMessages: 100 }));
    await expect(sink.write(batch(rows(1, 500)), never)).rejects.toMatchObject({
      code: 'SinkUnavailable',
      message: 'The sink n has not published event 101: maximum messages exceeded',
    });
    expect(await ids()).toEqual(numbers(1, 100));
  });

  it('writes nothing when another one has written, and stands behind that', async () => {
    const [one, other] = [await open(), await open()];
    await one.sink.write(batch(rows(1, 100)), never);
    // The server knows these, and takes them for done.
    await other.sink.write(batch(rows(1, 100)), never);
    await one.sink.write(batch(rows(101, 110)), never);
    await expect(other.sink.write(batch(rows(111, 120)), never)).rejects.toThrow(
      `The sink n finds that somebody else has written to the JetStream stream ${jetStream} before event 111`,
    );
    await other.sink.close();
    expect((await open(other.sink)).position).toEqual(at(110));
    await other.sink.write(batch(rows(111, 120)), never);
    expect(await ids()).toEqual(numbers(1, 120));
  });

  it('goes on at the cursor when what it had is gone, and takes what the server still knows for done', async () => {
    await written(1, 10);
    await withManager(server.url, (manager) => manager.streams.purge(jetStream));
    expect(await make().stand()).toBeNull();
    const { sink, position } = await open(make(), 5);
    expect(position).toBeNull();
    await sink.write(batch(rows(6, 300)), never);
    expect(await ids()).toEqual(numbers(11, 300));
    expect(await make().stand()).toEqual(at(300));
  });

  it('refuses what is not its own', async () => {
    await written(1, 1);
    const occupied = (message: string) => ({ code: 'SinkOccupied', message });
    const jobs = make({ prefix: `${jetStream}`, jetStream }, 'main');
    expect(await jobs.stand()).toEqual(at(1));
    await withManager(server.url, (manager) =>
      manager.streams.update(jetStream, { subjects: [`${jetStream}.>`] }),
    );
    await expect(make({}, 'jobs').stand()).rejects.toMatchObject(
      occupied(`The sink n: the JetStream stream ${jetStream} is of the stream main`),
    );
    await publish(server.url, `${jetStream}.main.X`, '{}');
    const says = `The sink n: the JetStream stream ${jetStream} ends with a message of somebody else`;
    await expect(make().stand()).rejects.toMatchObject(occupied(says));
    await expect(make().open(at(1), never)).rejects.toMatchObject(occupied(says));
  });

  it('says what is missing', async () => {
    const absent = make({ create: false });
    const says = `The sink n finds no JetStream stream ${jetStream}`;
    await expect(absent.stand()).rejects.toThrow(says);
    await expect(absent.open(at(0), never)).rejects.toThrow(says);
    await withManager(server.url, (manager) =>
      manager.streams.add({ name: jetStream, subjects: [`${jetStream}.main.*`] }),
    );
    await expect(make().stand()).rejects.toThrow(
      `The sink n finds that the JetStream stream ${jetStream} does not take the subject ` +
        `${jetStream}.main and ${jetStream}.main.>`,
    );
    await expect(make({ servers: 'nats://127.0.0.1:1' }).stand()).rejects.toThrow(
      'The sink n cannot use JetStream at nats://127.0.0.1:1: connection refused',
    );
    await expect(make({ servers: server.url.replace('nats', 'tls') }).stand()).rejects.toThrow(
      "server does not support 'tls'",
    );
  });

  it('is told to end, and ends, while a server is frozen', async () => {
    const { sink } = await open();
    await sink.write(batch(rows(1, 2)), never);
    const error = await givenUpAtFrozen(server, sink);
    expect(error).toMatchObject({
      message: expect.stringContaining('The sink n has not published event 3'),
    });
    const { position } = await open();
    // They were on their way, and have arrived or not; all that is certain is that nothing is between.
    expect(['2', '3', '4']).toContain(position?.id);
  });

  it('uses any of its servers', async () => {
    const servers = ['nats://127.0.0.1:1', server.url, 'nats://127.0.0.1:2'];
    for (let time = 0; time < 5; time += 1) expect(await make({ servers }).stand()).toBeNull();
  });
});

describeWithEngine('nats', 'a sink for NATS that asks who is calling', () => {
  let server: KeptServer;
  beforeAll(async () => {
    server = await startNats('authorization { users: [{ user: app, password: "s3cret" }] }');
  });
  afterAll(() => server?.close());

  it('is told so, and keeps the password to itself', async () => {
    const make = (settings: Partial<NatsSettings>) => {
      const place = natsPlaceOf({ servers: server.url, ...settings }, 'main');
      return new NatsSink({ title: 'The sink n', stream: 'main', place });
    };
    expect(await make({ user: 'app', password: 's3cret' }).stand()).toBeNull();
    for (const settings of [{}, { user: 'app', password: 'wr0ng' }, { token: 'wr0ng' }]) {
      const error = await make(settings)
        .stand()
        .catch((reason) => reason);
      expect(error.message).toMatch(
        /^The sink n cannot use JetStream at nats:\/\/127\.0\.0\.1:\d+: .*Authorization Violation/i,
      );
      expect(error.message).not.toContain('wr0ng');
    }
  });
});
