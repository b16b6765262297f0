// How the server pushes to FutoIn consumers, frame by frame, and when it closes their sockets.
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { socketBench } from './judge/bench.ts';
import { GEN, POLL, PUSH, type RawSocket } from './judge/raw.ts';
import { OTHER, startTarget, USER } from './judge/target.ts';

describeDrawnDatabase('pushing by FutoIn', (kind) => {
  const own = socketBench(kind);
  const add = async (socket: RawSocket, count = 1, type = 'A') => {
    const ids: string[] = [];
    for (let nth = 0; nth < count; nth += 1) {
      ids.push((await socket.call(`${GEN}:addEvent`, { type, data: nth }, USER)).r);
    }
    return ids;
  };
  /** Registers and acknowledges all there is. */
  const fromNow = async (socket: RawSocket, component: string, sec = USER) => {
    await socket.call(`${POLL}:registerConsumer`, { component }, sec);
    const [newest] = await add(socket);
    await socket.call(`${POLL}:pollEvents`, { component, last_id: newest }, sec);
  };
  const listen = (socket: RawSocket, component: string, sec = USER) =>
    socket.call(`${PUSH}:readyToReceive`, { component }, sec);
  const acknowledging = () => ({ r: true });

  it('receives for several principals on one socket, each its own', async () => {
    const socket = await own.open(acknowledging);
    await fromNow(socket, 'both', USER);
    await fromNow(socket, 'both', OTHER);
    expect((await listen(socket, 'both', USER)).r).toBe(true);
    expect((await listen(socket, 'both', OTHER)).r).toBe(true);
    const [id] = await add(socket);
    await until(
      () => socket.batches.flatMap((each) => each.events).filter((e) => e.id === id).length === 2,
    );
  });

  it('calls onEvents in binary frames with rids S1, S2 and no sec', async () => {
    const socket = await own.open(acknowledging);
    await fromNow(socket, 'calls');
    expect((await listen(socket, 'calls')).r).toBe(true);
    for (let nth = 1; nth <= 3; nth += 1) {
      await add(socket);
      await until(() => socket.batches.length === nth);
    }
    const calls = socket.messages.filter((message) => message.f !== undefined);
    expect(calls).toEqual(
      [0, 1, 2].map((seq) => ({
        f: 'futoin.evt.receiver:1.1:onEvents',
        p: { seq, events: [expect.objectContaining({ type: 'A', data: 0 })] },
        rid: `S${seq + 1}`,
      })),
    );
    expect(socket.frames.every((frame) => frame.isBinary)).toBe(true);
  });

  it('may push the history before it answers readyToReceive', async () => {
    const socket = await own.open(acknowledging);
    await socket.call(`${POLL}:registerConsumer`, { component: 'early' }, USER);
    const [newest] = await add(socket, 3);
    expect((await listen(socket, 'early')).r).toBe(true);
    await until(
      () => socket.batches.at(-1)?.events.at(-1)?.id === newest || socket.batches.length > 0,
    );
    const seqs = socket.batches.map((batch) => batch.seq);
    expect(seqs).toEqual(seqs.map((_, nth) => nth));
    expect(socket.batches[0]?.events[0]?.id).toBe('1');
  });

  it('sends a failed batch again with the same seq and a new rid', async () => {
    let failures = 2;
    const socket = await own.open(() => {
      failures -= 1;
      return failures >= 0 ? { e: 'InternalError', edesc: 'no' } : { r: true };
    });
    await fromNow(socket, 'again');
    await listen(socket, 'again');
    const [id] = await add(socket);
    await until(() => socket.batches.length >= 3);
    await add(socket);
    await until(() => socket.batches.length >= 4);
    expect(socket.batches.map((batch) => [batch.rid, batch.seq])).toEqual([
      ['S1', 0],
      ['S2', 0],
      ['S3', 0],
      ['S4', 1],
    ]);
    expect(socket.batches.slice(0, 3).map((batch) => batch.events[0]?.id)).toEqual([id, id, id]);
  });

  it.each([
    ['an empty object', { r: {} }],
    ['an error', { e: 'InternalError', edesc: 'Result type mismatch' }],
  ])('goes on at once when LIVE is answered with %s', async (_, answer) => {
    const socket = await own.open(() => answer);
    await listen(socket, 'LIVE');
    for (let nth = 1; nth <= 4; nth += 1) {
      await add(socket);
      await until(() => socket.batches.length === nth);
    }
    expect(socket.batches.map((batch) => batch.seq)).toEqual([0, 1, 2, 3]);
  });

  it('tells readyToReceive of an unknown consumer NotRegistered', async () => {
    const socket = await own.open();
    expect((await listen(socket, 'unknown')).e).toBe('NotRegistered');
  });

  it('closes the reader that is taken over with 4001', async () => {
    const [first, second] = [await own.open(acknowledging), await own.open(acknowledging)];
    await fromNow(first, 'taken');
    expect((await listen(first, 'taken')).r).toBe(true);
    expect((await listen(second, 'taken')).r).toBe(true);
    expect(await first.closed).toBe(4001);
    const [id] = await add(second);
    expect((await second.events(1)).at(-1)?.id).toBe(id);
  });

  it('closes a reader that does not answer with 4002', async () => {
    const hasty = await startTarget(kind, { ackTimeoutMs: 1000 });
    try {
      const socket = await own.open(undefined, hasty.place);
      await fromNow(socket, 'silent');
      await listen(socket, 'silent');
      await add(socket);
      expect(await socket.closed).toBe(4002);
    } finally {
      await hasty.stop();
    }
  });

  it('passes over types that FTN18 has no words for, without holding the cursor back', async () => {
    const sql = await openSqlSession(kind, own.target.databaseUrl);
    const socket = await own.open(acknowledging);
    await fromNow(socket, 'foreign_poll');
    await fromNow(socket, 'foreign');
    await listen(socket, 'foreign');
    for (const type of ['order.placed', 'Order', 'A1', 'A'.repeat(17)])
      await sql.insertEvent(type, '1');
    const [id] = await add(socket);
    expect((await socket.events(1)).map((event) => event.id)).toEqual([id]);
    const polled = await until(async () => {
      const { r } = await socket.call(`${POLL}:pollEvents`, { component: 'foreign_poll' }, USER);
      return r.at(-1)?.id === id && r;
    });
    expect(polled.every((event: { type: string }) => event.type === 'A')).toBe(true);
    await sql.insertEvent('order.placed', '1');
    const newest = String(Number(id) + 1);
    await until(async () => {
      await socket.call(`${POLL}:pollEvents`, { component: 'foreign_poll', last_id: id }, USER);
      const rows = await sql.run(
        `select ident, cast(last_evt_id as char(20)) as at from evt_consumers where ident like 'evtuser:foreign%'`,
      );
      return rows.length === 2 && rows.every((row) => String(row.at).trim() === newest);
    });
    await sql.close();
  });

  it('skips seq numbers where LIVE has skipped events', async () => {
    const small = await startTarget(kind, { windowEventsMax: 100 });
    try {
      let isHeld = true;
      const socket = await own.open(() => (isHeld ? undefined : { r: true }), small.place);
      await listen(socket, 'LIVE');
      await add(socket);
      await until(() => socket.batches.length === 1);
      await add(socket);
      await until(() => socket.batches.length === 2);
      const ids = await add(socket, 400);
      isHeld = false;
      for (const { rid } of [...socket.batches]) socket.send({ r: true, rid });
      await until(() => socket.batches.at(-1)?.events.at(-1)?.id === ids.at(-1));
      const [, second, third] = socket.batches;
      expect(second?.seq).toBe(1);
      expect(third?.seq).toBeGreaterThan(2);
      expect(Number(third?.events[0]?.id)).toBeGreaterThan(Number(ids[0]));
    } finally {
      await small.stop();
    }
  });
});
