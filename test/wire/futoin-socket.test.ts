// FutoIn messages through a socket, frame by frame, without a client between.
import { WebSocket } from 'ws';
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { socketBench } from './judge/bench.ts';
import { GEN, POLL, RawSocket } from './judge/raw.ts';
import { OTHER, READER, USER } from './judge/target.ts';

/** What an MPCK client sends to add `{"b": 1}` as an event of type A, with the rid C1. */
const PACKED_CALL =
  '4d50434b84a166bb6675746f696e2e6576742e67656e3a312e313a6164644576656e74a17082a474797065a141a4646174' +
  '6181a16201a3726964a24331a3736563ae657674757365723a736563726574';

describeDrawnDatabase('the FutoIn socket', (kind) => {
  const own = socketBench(kind);
  it('opens without a credential, a subprotocol or compression', async () => {
    const plain = await own.open();
    expect([plain.socket.protocol, plain.socket.extensions]).toEqual(['', '']);
    const offering = new WebSocket(`ws://${own.target.place}`);
    await new Promise((resolve) => offering.once('open', resolve));
    expect(offering.extensions).toBe('');
    offering.terminate();
  });

  it('opens with a slash behind the path', async () => {
    const socket = await own.open(undefined, `${own.target.place}/`);
    expect((await socket.call(`${GEN}:ping`, { echo: 1 }, USER)).r).toEqual({ echo: 1 });
  });

  it('takes binary and text frames and answers in binary ones, with the rid', async () => {
    const socket = await own.open();
    for (const isBinary of [true, false]) {
      const answer = await socket.call(`${GEN}:ping`, { echo: 1 }, USER, isBinary);
      expect(answer).toEqual({ r: { echo: 1 }, rid: expect.stringMatching(/^C\d$/) });
    }
    expect(socket.frames.map((frame) => frame.isBinary)).toEqual([true, true]);
  });

  it('asks for the sec in every message, and takes several principals', async () => {
    const socket = await own.open();
    const errors = [];
    for (const sec of [USER, undefined, OTHER, 'evtuser:bad', READER, USER]) {
      errors.push((await socket.call(`${GEN}:addEvent`, { type: 'A', data: 1 }, sec)).e);
    }
    expect(errors).toEqual([
      undefined,
      'SecurityError',
      undefined,
      'SecurityError',
      expect.stringMatching(/^(Unauthorized|SecurityError)$/),
      undefined,
    ]);
    expect((await socket.call(`${GEN}:ping`, { echo: 1 }, '-internal')).e).toBe('SecurityError');
  });

  it.each([
    ['nothing', ''],
    ['no coding', 'hello'],
    ['broken JSON', '{"f":'],
    ['broken MPCK', 'MPCK\u0000\u0001\u0084'],
    ['broken CBOR', 'CBOR'],
    ['an array', '[1]'],
    ['null', 'null'],
    ['an answer nobody waits for', '{"rid":"S99","r":true}'],
    ['an answer to a call of its own', '{"rid":"C1","r":true}'],
    ['a message without rid', '{"f":"futoin.evt.gen:1.1:ping","p":{"echo":1}}'],
    ['a rid that is a number', '{"f":"futoin.evt.gen:1.1:ping","p":{"echo":1},"rid":7}'],
  ])('lives on after %s', async (_, frame) => {
    const socket = await own.open();
    for (const isBinary of [true, false]) socket.send(frame, isBinary);
    expect((await socket.call(`${GEN}:ping`, { echo: 1 }, USER)).r).toEqual({ echo: 1 });
  });

  it('answers an undecodable frame with nothing', async () => {
    const socket = await own.open();
    for (const frame of ['{"f":', 'MPCK', 'hello']) socket.send(frame);
    await socket.call(`${GEN}:ping`, { echo: 1 }, USER);
    expect(socket.frames).toHaveLength(1);
  });

  it('answers a message in the coding it came in', async () => {
    const socket = await own.open();
    socket.send(Buffer.from(PACKED_CALL, 'hex'));
    const { bytes } = await until(() => socket.frames[0]);
    // MPCK, and {"r": "<id>", "rid": "C1"}, the id being a text of up to 31 bytes.
    expect(bytes.toString('latin1')).toMatch(/^MPCK\x82\xa1r[\xa1-\xbf]\d+\xa3rid\xa2C1$/);
  });

  it('looks at no sec where no credentials are set up: everybody is local', async () => {
    const node = await startApp(kind);
    try {
      const place = `${new URL(node.url).host}/futoin`;
      const socket = await RawSocket.open(place);
      for (const sec of [undefined, 'evtuser:bad', 'nobody', '-hmac:x:MD5:AAAA']) {
        const answer = await socket.call(`${GEN}:ping`, { echo: 1 }, sec);
        expect([sec, answer]).toEqual([sec, { r: { echo: 1 }, rid: answer.rid }]);
        await socket.call(`${POLL}:registerConsumer`, { component: 'mine' }, sec);
      }
      const internal = await socket.call(`${GEN}:ping`, { echo: 1 }, '-internal');
      expect(internal.e).toBe('SecurityError');
      const sql = await openSqlSession(kind, node.settings.databaseUrl);
      expect(await sql.run('select ident from evt_consumers')).toEqual([{ ident: 'local:mine' }]);
      await sql.close();
      await socket.close();
    } finally {
      await node.stop();
    }
  });
});
