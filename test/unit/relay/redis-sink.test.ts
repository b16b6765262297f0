// A sink for Redis by itself, at real servers: what it adds, where it says that it stands, and what it does when it is
// not alone, or refused, or left without an answer.
import type { EventRow } from '../../../src/contract/event.ts';
import { RedisSink } from '../../../src/relay/sinks/redis/redis-sink.ts';
import { type RedisSettings, redisPlaceOf } from '../../../src/relay/sinks/redis/settings.ts';
import { describeWithEngine, startRedis } from '../../support/engines.ts';
import { lastingPort } from '../../support/free-port.ts';
import type { KeptServer } from '../../support/kept-server.ts';
import { askRedis, idsInRedis, readRedis } from '../../support/redis-stream.ts';
import {
  at,
  batch,
  givenUpAtFrozen,
  never,
  numbers,
  row,
  rows,
} from '../../support/sink-batches.ts';
import { until } from '../../support/until.ts';

describeWithEngine('redis', 'a sink for Redis', () => {
  let server: KeptServer;
  let key: string;
  let keys = 0;
  const opened: RedisSink[] = [];
  beforeAll(async () => {
    server = await startRedis(['--repl-diskless-sync-delay', '0']);
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    keys += 1;
    key = `key ${keys}`;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((sink) => sink.close()));
  });

  const make = (settings: Partial<RedisSettings> = {}, stream = 'main') => {
    const place = redisPlaceOf({ url: server.url, key, ...settings }, stream);
    return new RedisSink({ title: 'The sink r', stream, place });
  };
  const open = async (sink = make(), cursor = 0) => {
    opened.push(sink);
    return { sink, position: await sink.open(at(cursor), never) };
  };
  const ids = () => idsInRedis(server.url, key);
  const ask = (...command: string[]) => askRedis(server.url, command);

  it('adds events in order, as they were written, under their own ids', async () => {
    expect(await make().stand(1)).toBeNull();
    const { sink, position } = await open();
    expect(position).toBeNull();
    const events: EventRow[] = [
      row(1, '{"a":\n 1.0, "b": 9007199254740993}', 'order.paid'),
      row(2, '"\u2028ü"', 'a..b'),
    ];
    await sink.write(batch(events), never);
    await sink.write(batch(rows(3, 1000)), never);
    const ts = '2026-11-20T21:32:25.123Z';
    const where = { ts, epoch: '1', stream: 'main' };
    expect((await readRedis(server.url, key)).slice(0, 3)).toEqual([
      {
        id: '1-0',
        fields: { type: 'order.paid', data: '{"a":  1.0, "b": 9007199254740993}', ...where },
      },
      { id: '2-0', fields: { type: 'a..b', data: '"\u2028ü"', ...where } },
      { id: '3-0', fields: { type: 'TEST', data: '3.0', ...where } },
    ]);
    expect(await ids()).toEqual(numbers(1, 1000));
    expect(await make().stand(1)).toEqual(at(1000));
  });

  it('takes ids of 18 digits', async () => {
    const { sink } = await open();
    const last = '999999999999999999' as EventRow[0];
    await sink.write(batch([[last, 'T', '1', '2026-11-20T21:32:25.123Z']]), never);
    expect(await make().stand(1)).toEqual({ id: last, epoch: 1 });
  });

  it('says the epoch of its last entry, and where it stands when all were trimmed away', async () => {
    const { sink } = await open(make(), 6);
    await sink.write(batch(rows(7, 9), undefined, 3), never);
    expect(await make().stand(4)).toEqual(at(9, 3));
    await ask('XTRIM', key, 'MAXLEN', '0');
    expect((await open()).position).toEqual(at(9));
    await sink.write(batch(rows(10, 11)), never);
    expect(await ids()).toEqual([10, 11]);
  });

  it('says how far it has looked behind its last event', async () => {
    const { sink } = await open();
    // Before there is any event, too.
    await sink.write(batch([], 5), never);
    expect(await make().stand(1)).toEqual(at(5));
    await sink.write(batch(rows(6, 7), 10), never);
    await sink.write(batch([], 20), never);
    expect(await make().stand(1)).toEqual(at(20));
    await sink.write(batch(rows(21, 21)), never);
    expect(await ids()).toEqual([6, 7, 21]);
    expect(await ask('XINFO', 'GROUPS', key)).toEqual([]);
  });

  it('keeps about so many entries as it is told to', async () => {
    const { sink } = await open(make({ maxLength: 200 }));
    for (let first = 1; first <= 4000; first += 500)
      await sink.write(batch(rows(first, first + 499)), never);
    const left = await ids();
    expect(left.length).toBeGreaterThanOrEqual(200);
    expect(left.length).toBeLessThan(400);
    expect(left).toEqual(numbers(4001 - left.length, 4000));
  });

  it('adds nothing when another one has, and stands behind that', async () => {
    const [one, other] = [await open(), await open()];
    await one.sink.write(batch(rows(1, 100)), never);
    await expect(other.sink.write(batch(rows(1, 90)), never)).rejects.toThrow(
      `The sink r finds the key ${key} at 100-0 and not at 0-0: somebody else has written to it`,
    );
    await other.sink.close();
    expect((await open(other.sink)).position).toEqual(at(100));
    await other.sink.write(batch(rows(101, 120)), never);
    expect(await ids()).toEqual(numbers(1, 120));
  });

  it('refuses what is not its own', async () => {
    const { sink } = await open();
    await sink.write(batch(rows(1, 1)), never);
    await expect(make({}, 'jobs').stand(1)).rejects.toMatchObject({
      code: 'SinkOccupied',
      message: `The sink r: the key ${key} is of the stream main`,
    });
    for (const id of ['5-1', '6-0']) {
      await ask('XADD', key, id, 'a', 'b');
      await expect(make().stand(1)).rejects.toMatchObject({
        code: 'SinkOccupied',
        message: `The sink r: the key ${key} ends with an entry of somebody else`,
      });
    }
    await ask('DEL', key);
    await ask('SET', key, '1');
    await expect(make().stand(1)).rejects.toThrow(
      `The sink r cannot read the key ${key}: WRONGTYPE`,
    );
  });

  it('is told to end, and ends, while the server is frozen; where it stands is asked anew', async () => {
    const { sink } = await open();
    await sink.write(batch(rows(1, 2)), never);
    const error = await givenUpAtFrozen(server, sink);
    expect(error).toMatchObject({ message: expect.stringContaining('The sink r cannot add to') });
    const { position, sink: next } = await open();
    expect(['2', '4']).toContain(position?.id);
    await next.write(batch(rows(Number(position?.id) + 1, 9)), never);
    expect(await ids()).toEqual(numbers(1, 9));
  });

  it('waits where no memory is left, leaves no hole, and goes on when there is some', async () => {
    const { sink } = await open();
    await sink.write(batch(rows(1, 3)), never);
    await ask('CONFIG', 'SET', 'maxmemory', '1');
    try {
      // Room may come; a start is not refused for it.
      expect(await make().stand(1)).toEqual(at(3));
      await expect(sink.write(batch(rows(4, 9)), never)).rejects.toMatchObject({
        code: 'SinkUnavailable',
        message: expect.stringMatching(/^The sink r cannot add to the key .*: OOM/),
      });
      expect(await ids()).toEqual([1, 2, 3]);
    } finally {
      await ask('CONFIG', 'SET', 'maxmemory', '0');
    }
    await sink.close();
    expect((await open(sink)).position).toEqual(at(3));
    await sink.write(batch(rows(4, 9)), never);
    expect(await ids()).toEqual(numbers(1, 9));
  });

  it('does not write to a replica', async () => {
    const { sink } = await open();
    await sink.write(batch(rows(1, 3)), never);
    const replica = await startRedis(['--replicaof', '127.0.0.1', new URL(server.url).port]);
    try {
      await until(async () => (await idsInRedis(replica.url, key).catch(() => [])).length === 3);
      await expect(make({ url: replica.url }).stand(1)).rejects.toThrow(
        `The sink r cannot write the key ${key}: READONLY`,
      );
      const there = await open(make({ url: replica.url }));
      await expect(there.sink.write(batch(rows(4, 4)), never)).rejects.toMatchObject({
        code: 'SinkUnavailable',
        message: expect.stringMatching(/cannot add to the key .*: READONLY/),
      });
    } finally {
      await replica.close();
    }
  });

  it('writes to a server of a cluster that has the key, and says so when another one has it', async () => {
    const config = ['--cluster-enabled', 'yes', '--cluster-port'];
    const buses = [await lastingPort(), await lastingPort()];
    const nodes = await Promise.all(buses.map((port) => startRedis([...config, `${port}`])));
    const [one, other] = nodes.map(({ url }) => make({ url })) as [RedisSink, RedisSink];
    const [near, far] = nodes.map(({ url }) => url) as [string, string];
    try {
      await expect(one.stand(1)).rejects.toThrow(/^The sink r cannot read the key .*: CLUSTERDOWN/);
      await askRedis(near, ['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
      await askRedis(far, ['CLUSTER', 'MEET', '127.0.0.1', new URL(near).port, `${buses[0]}`]);
      await until(() =>
        one.stand(1).then(
          (found) => found === null,
          () => false,
        ),
      );
      await open(one);
      await one.write(batch(rows(1, 9)), never);
      expect(await idsInRedis(near, key)).toEqual(numbers(1, 9));
      await until(() => other.stand(1).catch(({ message }) => /another server/.test(message)));
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  });

  it('says who it is, and keeps the password to itself', async () => {
    const locked = await startRedis(['--requirepass', 's3cret/@']);
    try {
      const url = (password: string) =>
        locked.url.replace('//', `//:${encodeURIComponent(password)}@`);
      expect(await make({ url: url('s3cret/@') }).stand(1)).toBeNull();
      const wrong = await make({ url: url('wr0ng') })
        .stand(1)
        .catch((error) => error);
      expect(wrong.message).toMatch(/^The sink r cannot use Redis at 127\.0\.0\.1:\d+: WRONGPASS/);
      expect(wrong.message).not.toContain('wr0ng');
      await expect(make({ url: locked.url }).stand(1)).rejects.toThrow(/NOAUTH/);
    } finally {
      await locked.close();
    }
    await expect(make({ url: locked.url }).stand(1)).rejects.toThrow(
      /^The sink r cannot use Redis at 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
    );
  });
});
