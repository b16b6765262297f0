// What sinks of the service's own hold, read back and taken away again, at real files and servers.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import type { EventRow } from '../../../src/contract/event.ts';
import { compareIds, type EventId } from '../../../src/contract/event-id.ts';
import type { Batch } from '../../../src/contract/event-list.ts';
import { sinkRewindTo } from '../../../src/relay/sink-rewind.ts';
import { FileSink } from '../../../src/relay/sinks/file/file-sink.ts';
import { placeOf } from '../../../src/relay/sinks/file/settings.ts';
import { NatsSink } from '../../../src/relay/sinks/nats/nats-sink.ts';
import { type NatsSettings, natsPlaceOf } from '../../../src/relay/sinks/nats/settings.ts';
import { RedisSink } from '../../../src/relay/sinks/redis/redis-sink.ts';
import { redisPlaceOf } from '../../../src/relay/sinks/redis/settings.ts';
import type { StandingSink } from '../../../src/relay/standing-sink.ts';
import { describeWithEngine, startNats, startRedis } from '../../support/engines.ts';
import { id } from '../../support/events.ts';
import { readJetStream, withManager } from '../../support/jet-stream.ts';
import type { KeptServer } from '../../support/kept-server.ts';
import { askRedis } from '../../support/redis-stream.ts';
import { checkMetas, namesOf } from '../../support/segments.ts';
import { at, batch, never, numbers, row, rows } from '../../support/sink-batches.ts';

const FACTS = { title: 'The sink s', stream: 'main' };
/** Nobody else is at work. */
const alone = async () => {};
const TEXTS: EventRow[] = [
  row(1, '{"a":"\\"ts\\":\\"\\u0000}", "b": 9007199254740993}', 'order.paid'),
  row(2, '"\u2028ü \\",\\"ts\\":\\"x\\"}"', 'a..b'),
];

/** What is true of every kind; `make` gives another sink at the same place, `isFenced`: what is done late fails. */
function itIsRewound(open: () => Promise<() => StandingSink>, isFenced = true): void {
  let make: () => StandingSink;
  beforeEach(async () => {
    make = await open();
  });
  const write = async (batches: readonly Batch[]) => {
    const sink = make();
    await sink.open(at(0), never);
    let after = id(0);
    for (const each of batches) {
      await sink.write({ ...each, after }, never);
      after = each.upTo;
    }
    await sink.close();
  };
  const heldBehind = async (after: number) => {
    const found: EventRow[] = [];
    for await (const each of make().rewinding?.held(id(after)) ?? []) found.push(each);
    return found;
  };
  const rewind = (to: number, epoch = 2) => make().rewinding?.rewind(at(to, epoch), alone);
  const stand = async () => Number((await make().stand(1))?.id);

  it('gives what it holds behind an event, in order and as it was written', async () => {
    await write([batch(TEXTS), batch(rows(3, 400))]);
    expect(await heldBehind(0)).toEqual([...TEXTS, ...rows(3, 400)]);
    expect(await heldBehind(1)).toEqual([TEXTS[1], ...rows(3, 400)]);
    expect(await heldBehind(234)).toEqual(rows(235, 400));
    expect(await heldBehind(400)).toEqual([]);
    expect(await stand()).toBe(400);
  });

  it.each([399, 250, 7, 0])('is cut back to %i, and goes on from there', async (to) => {
    await write([batch(rows(1, 400))]);
    await rewind(to);
    await rewind(to);
    expect(await heldBehind(0)).toEqual(rows(1, to));
    if (to > 0) expect(await stand()).toBe(to);
    const other = (nth: number) => `"other ${nth}"`;
    const sink = make();
    // What stands at 0 may count as new.
    expect((await sink.open(at(to, 2), never)) ?? at(to, 2)).toMatchObject({ id: String(to) });
    // By that it is seen that the history has forked once more.
    expect((await sink.last?.())?.[0]).toBe(to === 0 ? undefined : String(to));
    await sink.write(batch(rows(to + 1, to + 3, other), undefined, 2), never);
    await sink.close();
    expect(await heldBehind(0)).toEqual([...rows(1, to), ...rows(to + 1, to + 3, other)]);
    expect(await stand()).toBe(to + 3);
  });

  it('is cut back where it only notes how far it has looked', async () => {
    await write([batch([row(5, '5')], 100), ...[200, 300, 400].map((upTo) => batch([], upTo))]);
    expect(await stand()).toBe(400);
    expect(await heldBehind(0)).toEqual([row(5, '5')]);
    await rewind(150);
    expect(await heldBehind(0)).toEqual([row(5, '5')]);
    expect(await stand()).toBe(150);
  });

  it('holds nothing where nothing ever was', async () => {
    await write([batch([], 9)]);
    expect(await heldBehind(0)).toEqual([]);
    await rewind(3);
    expect(await stand()).toBe(3);
  });

  const other = (nth: number) => `"other ${nth}"`;

  it('is to be cut back to the same event as before when that was interrupted', async () => {
    await write([batch(rows(1, 20))]);
    // New ids were given before anybody saw that 13 to 20 are no more.
    const queue = [...rows(1, 12), ...rows(13, 16, other)];
    const forks = [{ epoch: 2, beganAfter: id(16) }];
    const active = {
      state: async () => ({
        newest: id(16),
        discardedUpTo: id(0),
        gapsUpTo: id(0),
        epoch: 2,
        forks,
      }),
      read: async (after: EventId) => queue.filter((each) => compareIds(each[0], after) > 0),
    };
    const find = async () => {
      const sink = make();
      const [position, rewinding] = [await sink.stand(2), sink.rewinding];
      if (position === null || rewinding === undefined) throw new Error('it holds nothing');
      return sinkRewindTo({ rewinding, position, cursor: id(9), active });
    };
    let looks = 0;
    for (let cut = await find(); cut !== null; cut = await find()) {
      expect(cut.to).toBe('12');
      looks += 1;
      let left = looks;
      const rewinding = make().rewinding?.rewind(at(12, 2), async () => {
        left -= 1;
        if (left === 0) throw new Error('killed');
      });
      await rewinding?.catch(() => {});
    }
    expect(looks).toBeGreaterThan(1);
    expect(await heldBehind(0)).toEqual(rows(1, 12));
    expect(await stand()).toBe(12);
  });

  /** What another process does that has begun when this one was taken for dead. */
  const goOn = async () => {
    await rewind(12);
    const sink = make();
    await sink.open(at(0), never);
    await sink.write(batch(rows(13, 20, other), undefined, 2), never);
    await sink.close();
  };
  const whenFrozen = async (fate: () => Promise<void>) => {
    await write([batch(rows(1, 20))]);
    let looks = 0;
    const rewinding = make().rewinding?.rewind(at(12, 2), async () => {
      looks += 1;
      if (looks === 1) await goOn();
      await fate();
    });
    await expect(rewinding).rejects.toThrow();
    expect(await heldBehind(0)).toEqual([...rows(1, 12), ...rows(13, 20, other)]);
    expect(await stand()).toBe(20);
  };

  it('leaves what came instead alone when it was frozen, and is told so', () =>
    whenFrozen(async () => {
      throw new Error('it is of somebody else');
    }));

  if (isFenced) {
    it('leaves what came instead alone when it was frozen just behind that look', () =>
      whenFrozen(alone));

    it('leaves what came instead alone when it begins behind that', async () => {
      await write([batch(rows(1, 20))]);
      await goOn();
      await expect(rewind(12)).rejects.toMatchObject({ code: 'SinkUnavailable' });
      expect(await heldBehind(0)).toEqual([...rows(1, 12), ...rows(13, 20, other)]);
      expect(await stand()).toBe(20);
    });
  }
}

describe('a file sink', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-rewinding-'));
  });
  afterEach(() => rm(dir, { recursive: true }));
  const make = () => new FileSink({ ...FACTS, place: placeOf({ dir, segmentBytes: 5000 }) });
  itIsRewound(async () => make, false);

  it('stands beyond, or where it is brought to, wherever it is killed', async () => {
    const stands: (string | undefined)[] = [];
    for (let looks = 1; !stands.includes('done'); looks += 1) {
      const place = placeOf({ dir: join(dir, String(looks)), segmentBytes: 100 });
      const sink = new FileSink({ ...FACTS, place });
      await sink.open(at(0));
      await sink.write(
        {
          ...batch(
            [10, 15, 17].map((nth) => row(nth, '1')),
            20,
          ),
          after: id(0),
        },
        never,
      );
      await sink.close();
      let left = looks;
      const rewinding = sink.rewinding.rewind(at(12, 2), async () => {
        left -= 1;
        if (left === 0) throw new Error('killed');
      });
      await rewinding.catch(() => {});
      stands.push((await sink.stand(1))?.id, left > 0 ? 'done' : undefined);
    }
    const ids = stands.filter((each) => each !== undefined && each !== 'done');
    expect([...new Set(ids)]).toEqual(['20', '17', '15', '12']);
  });

  it('takes nothing away where a line in front of it is no event', async () => {
    const sink = make();
    await sink.open(at(0));
    await sink.write(batch(rows(1, 20)), never);
    await sink.close();
    const path = join(dir, namesOf(dir)[0] ?? '');
    const before = readFileSync(path, 'utf8').replace('{"id":"5"', '{"xx":"5"');
    writeFileSync(path, before);
    const rewinding = sink.rewinding.rewind(at(12, 2), alone);
    await expect(rewinding).rejects.toThrow('line 5 is no event of a file sink');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('cuts an older segment, too, in which a process has gone on that was frozen', async () => {
    const sink = make();
    await sink.open(at(0));
    await sink.write(batch(rows(1, 20)), never);
    await sink.close();
    const [name = ''] = namesOf(dir);
    const lines = readFileSync(join(dir, name), 'utf8').split(/(?<=\n)/);
    // Others had closed it at the twelfth.
    const newer = name.replace(/\d{18}/, '13'.padStart(18, '0'));
    writeFileSync(join(dir, newer), lines.slice(12).join(''));
    await sink.rewinding.rewind(at(15, 2), alone);
    expect(readFileSync(join(dir, name), 'utf8')).toBe(lines.slice(0, 15).join(''));
    expect(readFileSync(join(dir, newer), 'utf8')).toBe(lines.slice(12, 15).join(''));
  });

  it('keeps the metas of what stays, and none of what goes', async () => {
    const sink = make();
    await sink.open(at(0));
    await sink.write(batch(rows(1, 1000)), never);
    await sink.close();
    const before = checkMetas(dir);
    const newest = namesOf(dir).at(-1) ?? '';
    await appendFile(join(dir, newest), '{"id":"10');
    await sink.rewinding.rewind(at(500, 2), alone);
    const after = checkMetas(dir);
    expect(after).toBeGreaterThan(before / 3);
    expect(after).toBeLessThan(before);
    const names = readdirSync(dir);
    const metas = names.filter((name) => name.endsWith('.meta.json'));
    expect(metas).toHaveLength(after);
    for (const meta of metas) expect(names).toContain(meta.replace('.meta.json', '.ndjson'));
    expect(await sink.stand(1)).toEqual(at(500, 2));
  });
});

describeWithEngine('nats', 'a sink for NATS', () => {
  let server: KeptServer;
  let jetStream: string;
  let streams = 0;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    streams += 1;
    jetStream = `s${streams}`;
  });
  const make = (more: Partial<NatsSettings> = {}) => {
    const settings = { servers: server.url, jetStream, prefix: jetStream, ...more };
    return new NatsSink({ ...FACTS, place: natsPlaceOf(settings, 'main') });
  };
  const write = async (last: number, more: Partial<NatsSettings> = {}) => {
    const sink = make(more);
    await sink.open(at(0), never);
    await sink.write(batch(rows(1, last)), never);
    await sink.close();
  };
  const subjects = () => [`${jetStream}.main`, `${jetStream}.main.>`];
  itIsRewound(async () => () => make());

  it('is cut back where it is full', async () => {
    await write(100, { maxMessages: 100 });
    await make().rewinding.rewind(at(98, 2), alone);
    expect(await make().stand()).toEqual(at(98, 2));
    expect(await readJetStream(server.url, jetStream, `${jetStream}.main.>`)).toHaveLength(98);
  });

  it('is cut back where notes do not take the place of one another', async () => {
    await withManager(server.url, async (manager) => {
      await manager.streams.add({ name: jetStream, subjects: subjects() });
    });
    await write(100);
    await make().rewinding.rewind(at(50, 2), alone);
    expect(await make().stand()).toEqual(at(50, 2));
    expect(await readJetStream(server.url, jetStream, `${jetStream}.main.>`)).toHaveLength(50);
  });

  it('ends at its opening what was killed before its last message was taken away', async () => {
    await write(10);
    const connection = await connect({ servers: server.url });
    const said = headers();
    const note = { 'Evt-Stream': 'main', 'Evt-Epoch': '2', 'Evt-Id': '9', 'Evt-Lost-Seq': '10' };
    for (const [name, value] of Object.entries(note)) said.set(name, value);
    await jetstream(connection).publish(`${jetStream}.main`, '', { headers: said });
    await connection.close();
    expect(await make().stand()).toEqual(at(9, 2));
    for (const last of [10, 11]) {
      const sink = make();
      expect(await sink.open(at(0), never)).toEqual(at(last - 1, 2));
      await sink.write(batch(rows(last, last), undefined, 2), never);
      await sink.close();
    }
    const held = await readJetStream(server.url, jetStream, `${jetStream}.main.>`);
    expect(held.map(({ id: each, epoch }) => `${each} of ${epoch}`).slice(-3)).toEqual([
      '9 of 1',
      '10 of 2',
      '11 of 2',
    ]);
  });

  it('stands where it stood when nothing may be taken away', async () => {
    await withManager(server.url, async (manager) => {
      await manager.streams.add({ name: jetStream, subjects: subjects(), deny_delete: true });
    });
    await write(100);
    await expect(make().rewinding.rewind(at(50, 2), alone)).rejects.toMatchObject({
      code: 'SinkUnavailable',
      message: expect.stringMatching(/^The sink s cannot cut back the JetStream stream s\d+: /),
    });
    expect(await make().stand()).toEqual(at(100));
  });
});

describeWithEngine('redis', 'a sink for Redis', () => {
  let server: KeptServer;
  let key: string;
  let keys = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    keys += 1;
    key = `key ${keys}`;
  });
  const make = () =>
    new RedisSink({ ...FACTS, place: redisPlaceOf({ url: server.url, key }, 'main') });
  const ask = (...command: string[]) => askRedis(server.url, command);
  itIsRewound(async () => make);

  it('takes groups back that have read beyond, and leaves the others where they are', async () => {
    const sink = make();
    await sink.open(at(0), never);
    await sink.write(batch(rows(1, 1200)), never);
    await sink.close();
    await ask('XGROUP', 'CREATE', key, 'far', '0');
    await ask('XGROUP', 'CREATE', key, 'near', '0');
    const read = (group: string, count: string) =>
      ask('XREADGROUP', 'GROUP', group, 'me', 'COUNT', count, 'STREAMS', key, '>');
    await read('far', '1200');
    await read('near', '10');
    // Given once more.
    await ask('XCLAIM', key, 'far', 'me', '0', '1-0');
    await make().rewinding.rewind(at(20, 2), alone);
    expect(await make().stand(9)).toEqual(at(20, 2));
    const pending = async (group: string) => {
      const found = await ask('XPENDING', key, group, '-', '+', '100');
      return (found as unknown[][]).map(([each, consumer, , count]) => [each, consumer, count]);
    };
    const given = (last: number, often: number) =>
      numbers(1, last).map((nth) => [`${nth}-0`, 'me', nth === 1 ? often : 1]);
    expect(await pending('far')).toEqual(given(20, 2));
    expect(await pending('near')).toEqual(given(10, 1));
    const next = make();
    await next.open(at(20, 2), never);
    await next.write(batch(rows(21, 22), undefined, 2), never);
    await next.close();
    const firstOf = async (group: string) => {
      const [[, [[first]]]] = (await read(group, '1')) as [[string, [[string]]]];
      return first;
    };
    expect(await firstOf('far')).toBe('21-0');
    expect(await firstOf('near')).toBe('11-0');
  });
});
