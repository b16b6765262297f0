// JSON-RPC 2.0 on /rpc: bytes in, bytes out. Bad input gets its error and leaves the server undisturbed.
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import { ask } from '../support/ask.ts';
import { call, post, type RpcAnswer, RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';

const rpc = (method: string, params: unknown, id: unknown = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });
const addText = (data: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"addEvent","params":{"type":"T","data":${data}}}`;

describe('JSON-RPC over HTTP', () => {
  let node: StartedApp;
  let url: string;
  beforeAll(async () => {
    node = await startApp('sqlite', { streams: ['main', 'orders'] });
    url = node.url;
    await call(url, 'registerConsumer', { component: 'reader' });
  });
  afterAll(() => node.stop());
  /** Nothing was added, and the server works. */
  const newest = async () => (await call(url, 'streamInfo')).last as string;

  it('is spoken to a client that would rather have another protocol', async () => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' };
    const body = rpc('ping', { echo: 7 });
    for (const path of ['/rpc', '/futoin']) {
      expect((await ask(url + path, { method: 'POST', headers, body })).status).toBe(200);
    }
    const { status, text } = await ask(`${url}/livez`, { headers });
    expect([status, text]).toEqual([200, '{"status":"ok"}']);
  });

  describe('an envelope', () => {
    it('is answered with its id', async () => {
      for (const id of [1, 'x', null, 1.5]) {
        const { status, answer } = await post(url, rpc('ping', { echo: 7 }, id));
        expect([status, answer]).toEqual([200, { jsonrpc: '2.0', id, result: { echo: 7 } }]);
      }
    });

    it.each([
      ['broken JSON', '{"jsonrpc": "2.0", "method"', -32700, 'ParseError'],
      ['nothing', '', -32700, 'ParseError'],
      ['a number', '1', -32600, 'InvalidRequest'],
      ['null', 'null', -32600, 'InvalidRequest'],
      ['an empty batch', '[]', -32600, 'InvalidRequest'],
      ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, 'InvalidRequest'],
      [
        'an id that is an object',
        '{"jsonrpc":"2.0","id":{},"method":"ping"}',
        -32600,
        'InvalidRequest',
      ],
      [
        'params that are a string',
        '{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}',
        -32600,
        'InvalidRequest',
      ],
      ['params by position', rpc('ping', [7]), -32602, 'InvalidRequest'],
      ['an unknown method', rpc('dropEverything', {}), -32601, 'UnknownMethod'],
      ['a method of Object', rpc('constructor', {}), -32601, 'UnknownMethod'],
      ["the client's own method", rpc('onEvents', {}), -32601, 'UnknownMethod'],
      ['a method of a later version', rpc('seekConsumer', {}), -32601, 'UnknownMethod'],
      [
        'readyToReceive without a socket',
        rpc('readyToReceive', { component: 'reader' }),
        -32030,
        'PushNeedsSocket',
      ],
    ])('that is %s is refused', async (_, body, code, name) => {
      const before = await newest();
      const { status, answer } = await post(url, body);
      expect(status).toBe(200);
      expect(answer.error).toMatchObject({ code, data: { code: name } });
      expect(await newest()).toBe(before);
    });

    it('that is not UTF-8 is refused', async () => {
      const body = Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping","x":"'),
        Buffer.from([0xff]),
        Buffer.from('"}'),
      ]);
      expect((await post(url, body)).answer.error.code).toBe(-32700);
    });

    it('without an id is a notification: carried out, not answered', async () => {
      const before = Number(await newest());
      const body = '{"jsonrpc":"2.0","method":"addEvent","params":{"type":"QUIET"}}';
      expect(await post(url, body)).toMatchObject({ status: 204, text: '' });
      expect(Number(await newest())).toBe(before + 1);
      const bad = '{"jsonrpc":"2.0","method":"addEvent","params":{"type":"NOT GOOD"}}';
      expect((await post(url, bad)).status).toBe(204);
    });

    it('may be a batch, whose calls enter in their order', async () => {
      const calls = Array.from({ length: 50 }, (_, nth) => ({
        jsonrpc: '2.0',
        id: nth,
        method: 'addEvent',
        params: { type: 'B', data: nth },
      }));
      const mixed = [...calls, 7, { jsonrpc: '2.0', method: 'ping', params: { echo: 1 } }];
      const { answer } = await post(url, JSON.stringify(mixed));
      const answers = answer as unknown as {
        id: number;
        result: string;
        error?: { code: number };
      }[];
      expect(answers.length).toBe(51);
      const ids = answers.slice(0, 50).map((each) => Number(each.result));
      expect(ids).toEqual(ids.map((_, nth) => (ids[0] as number) + nth));
      expect(answers[50]?.error?.code).toBe(-32600);
    });

    it('may be a batch of 1000 calls, not of 1001', async () => {
      const pings = (count: number) =>
        `[${Array(count)
          .fill(rpc('ping', { echo: 1 }))
          .join(',')}]`;
      expect((await post(url, pings(1000))).answer).toHaveLength(1000);
      expect((await post(url, pings(1001))).answer.error.data.code).toBe('InvalidRequest');
    });

    it('of notifications only is not answered', async () => {
      const body = '[{"jsonrpc":"2.0","method":"ping","params":{"echo":1}}]';
      expect((await post(url, body)).status).toBe(204);
    });
  });

  describe('params', () => {
    it.each([
      ['missing', 'addEvent', {}],
      ['unknown', 'addEvent', { type: 'T', idempotencyKey: 'x' }],
      ['a key with a space', 'addEvent', { type: 'T', idempotency_key: 'a b' }],
      ['a key of 129 characters', 'addEvent', { type: 'T', idempotency_key: 'x'.repeat(129) }],
      ['of the wrong type', 'addEvent', { type: 7 }],
      ['a bad event type', 'addEvent', { type: 'NOT GOOD' }],
      ['a reserved event type', 'addEvent', { type: 'aftercommit:x' }],
      ['no events', 'addEvents', { events: [] }],
      ['too many events', 'addEvents', { events: Array(1001).fill({ type: 'T' }) }],
      [
        'a bad event among good ones',
        'addEvents',
        { events: [{ type: 'T' }, { type: 'T', x: 1 }] },
      ],
      ['an empty want', 'pollEvents', { component: 'reader', want: [] }],
      ['a bad want', 'pollEvents', { component: 'reader', want: ['NOT GOOD'] }],
      ['a last_id that is a number', 'pollEvents', { component: 'reader', last_id: 7 }],
      ['a last_id of 19 digits', 'pollEvents', { component: 'reader', last_id: '1'.repeat(19) }],
      ['a last_id with a leading zero', 'pollEvents', { component: 'reader', last_id: '07' }],
      ['a limit of 0', 'pollEvents', { component: 'reader', limit: 0 }],
      ['a wait beyond the bound', 'pollEvents', { component: 'reader', wait_ms: 30_001 }],
      ['a bad component', 'registerConsumer', { component: 'a:b' }],
      ['a bad from', 'registerConsumer', { component: 'x', from: 'yesterday' }],
      [
        'a bad time',
        'registerConsumer',
        { component: 'x', from: { time: '2026-13-01T00:00:00Z' } },
      ],
      ['an echo beyond 32 bits', 'ping', { echo: 2 ** 31 }],
    ])('that are %s are refused', async (_, method, params) => {
      const before = await newest();
      const { answer } = await post(url, rpc(method, params));
      expect(answer.error).toMatchObject({ code: -32602, data: { code: 'InvalidRequest' } });
      expect(answer.error.message.length).toBeGreaterThan(5);
      expect(await newest()).toBe(before);
    });

    it('with a key given twice are refused', async () => {
      for (const params of ['{"type":"T","type":"U"}', '{"type":"T","data":1,"d\\u0061ta":2}']) {
        const body = `{"jsonrpc":"2.0","id":1,"method":"addEvent","params":${params}}`;
        expect((await post(url, body)).answer.error.message).toMatch(/given twice/);
      }
    });

    it('name things that are not there', async () => {
      const failures = await Promise.all(
        [
          rpc('addEvent', { type: 'T', stream: 'nowhere' }),
          rpc('streamInfo', { stream: 'nowhere' }),
          rpc('pollEvents', { component: 'nobody' }),
          rpc('unregisterConsumer', { component: 'nobody' }),
          rpc('registerConsumer', { component: 'LIVE' }),
          rpc('pollEvents', { component: 'reader', last_id: '999999999999999999' }),
          rpc('pollEvents', { component: 'reader', last_id: '1', epoch: 2 }),
        ].map(async (body) => (await post(url, body)).answer.error.data.code),
      );
      expect(failures).toEqual([
        'StreamNotFound',
        'StreamNotFound',
        'NotRegistered',
        'NotRegistered',
        'LiveNotAllowed',
        'CursorAhead',
        'HistoryForked',
      ]);
    });
  });

  describe('data', () => {
    const roundTrip = async (data: string) => {
      const { answer } = await post(url, addText(data));
      if (answer.error !== undefined) throw answer.error;
      const after = String(Number(answer.result) - 1);
      await call(url, 'registerConsumer', { component: `c${answer.result}`, from: { id: after } });
      const { text } = await post(url, rpc('pollEvents', { component: `c${answer.result}` }));
      await call(url, 'unregisterConsumer', { component: `c${answer.result}` });
      const from = text.indexOf('"data":') + 7;
      return text.slice(from, text.lastIndexOf(',"ts":"'));
    };

    it.each([
      '1.0',
      '1e400',
      '-0',
      '9007199254740993',
      'null',
      'true',
      '""',
      '[]',
      '{}',
      ' { "a" : [ 1 , 2.50 ] } ',
      '"😀 $$ $` $1 \\u0000 \\ud800 \\"quoted\\" \\\\"',
      '"\u2028"',
      '{"a":1,"a":2}',
      `{"params":{"data":"x"},"data":[{"type":"]}"}]}`,
      `${'['.repeat(100)}${']'.repeat(100)}`,
      `"${'x'.repeat(1_048_576)}"`,
    ])('%.40s comes out as it went in', async (data) => {
      expect(await roundTrip(data)).toBe(data.trim());
    });

    it('with line breaks between its tokens comes out on one line', async () => {
      expect(await roundTrip('{\n"a":\r\n[1,\n2]}')).toBe('{ "a":  [1, 2]}');
    });

    it('that is left out is null', async () => {
      const id = await call(url, 'addEvent', { type: 'T' });
      await call(url, 'registerConsumer', { component: 'nulls', from: { id: String(id - 1) } });
      expect((await call(url, 'pollEvents', { component: 'nulls' })).events[0].data).toBeNull();
    });

    it('of 2 MiB is taken, of 2 MiB + 1 refused', async () => {
      const max = 2_097_152;
      expect(await roundTrip(`"${'x'.repeat(max - 2)}"`)).toHaveLength(max);
      const { answer } = await post(url, addText(`"${'x'.repeat(max - 1)}"`));
      expect(answer.error).toMatchObject({ code: -32014, data: { code: 'PayloadTooLarge' } });
    });

    it('nested to 512 is taken, deeper refused', async () => {
      const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
      expect(await roundTrip(nested(512))).toBe(nested(512));
      expect((await post(url, addText(nested(513)))).answer.error.data.code).toBe('InvalidRequest');
      expect((await post(url, addText(nested(200_000)))).answer.error.data.code).toBe(
        'InvalidRequest',
      );
    });

    it('of several events keeps each its text', async () => {
      const body =
        '{"jsonrpc":"2.0","id":1,"method":"addEvents","params":{"events":[{"data":1.0,"type":"A"},{"type":"B"},{"type":"C","data":"[,]"}]}}';
      const { first } = (await post(url, body)).answer.result;
      await call(url, 'registerConsumer', {
        component: 'several',
        from: { id: String(Number(first) - 1) },
      });
      const { text } = await post(url, rpc('pollEvents', { component: 'several' }));
      expect(text).toMatch(
        /"type":"A","data":1\.0,.*"type":"B","data":null,.*"type":"C","data":"\[,\]",/,
      );
    });
  });

  describe('a request', () => {
    it('larger than allowed is refused, by its length or while it comes', async () => {
      const large = addText(`"${'x'.repeat(node.settings.requestBytesMax)}"`);
      expect((await post(url, large)).answer.error).toMatchObject({ code: -32014 });
      const chunks = async function* () {
        for (let nth = 0; nth < 12; nth += 1) yield Buffer.alloc(1_000_000, ' ');
      };
      const sending = request(`${url}/rpc`, { method: 'POST' });
      const answered = once(sending, 'response');
      Readable.from(chunks()).pipe(sending);
      const [response] = await answered;
      expect(JSON.parse((await response.toArray()).join('')).error.code).toBe(-32014);
      expect(await call(url, 'ping', { echo: 1 })).toEqual({ echo: 1 });
    });

    it('that is refused may be sent to its end, and the answer is not lost', async () => {
      const bytes = node.settings.requestBytesMax + 1;
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes}\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      expect(answer.toString()).toContain('PayloadTooLarge');
      // A reset would make the socket emit 'error', which ends the waiting.
      const ended = once(socket, 'end');
      for (let left = bytes; left > 0; left -= 100_000) {
        if (!socket.write(Buffer.alloc(Math.min(left, 100_000), ' '))) await once(socket, 'drain');
      }
      await ended;
    });

    it('by another verb than POST is refused', async () => {
      const response = await fetch(`${url}/rpc`);
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    });

    it('that breaks off does no harm', async () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        'POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"jsonrpc"',
      );
      await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
      expect(await call(url, 'ping', { echo: 1 })).toEqual({ echo: 1 });
    });

    it('for what is not there is answered in JSON', async () => {
      for (const path of ['/', '/streams/nothing', '/state']) {
        const response = await fetch(`${url}${path}`);
        expect([response.status, ((await response.json()) as RpcAnswer).error.data.code]).toEqual([
          404,
          'UnknownMethod',
        ]);
      }
    });
  });

  it('serves its OpenRPC document in two places', async () => {
    const document = (await (await fetch(`${url}/openrpc.json`)).json()) as { openrpc: string };
    expect(document.openrpc).toBe('1.3.2');
    expect(await call(url, 'rpc.discover')).toEqual(document);
  });
});

describe('JSON-RPC over WebSocket', () => {
  let node: StartedApp;
  beforeAll(async () => {
    node = await startApp('sqlite');
  });
  afterAll(() => node.stop());

  it('takes calls in their order and answers each', async () => {
    const socket = await RpcSocket.open(node.url);
    const ids = await Promise.all(
      Array.from({ length: 200 }, (_, nth) => socket.call('addEvent', { type: 'T', data: nth })),
    );
    expect(ids.map(Number)).toEqual(ids.map((_, nth) => Number(ids[0]) + nth));
    await socket.close();
  });

  it('answers broken frames and goes on', async () => {
    const socket = await RpcSocket.open(node.url);
    const answers: string[] = [];
    socket.socket.on('message', (data) => answers.push(data.toString()));
    socket.socket.send('{broken');
    socket.socket.send(
      Buffer.from('{"jsonrpc":"2.0","id":"b","method":"ping","params":{"echo":3}}'),
    );
    expect(await socket.call('ping', { echo: 5 })).toEqual({ echo: 5 });
    expect(answers.map((text) => JSON.parse(text).error?.code ?? JSON.parse(text).id)).toEqual([
      -32700,
      'b',
      1,
    ]);
    await socket.close();
  });

  it('drops answers that belong to nothing', async () => {
    const socket = await RpcSocket.open(node.url);
    socket.answer('S99', true);
    expect(await socket.call('ping', { echo: 5 })).toEqual({ echo: 5 });
    await socket.close();
  });

  it('closes with 1009 when a frame is too large, others stay', async () => {
    const other = await RpcSocket.open(node.url);
    const socket = await RpcSocket.open(node.url);
    socket.socket.send('x'.repeat(node.settings.requestBytesMax + 1));
    expect((await socket.closed).code).toBe(1009);
    expect(await other.call('ping', { echo: 5 })).toEqual({ echo: 5 });
    await other.close();
  });

  it('is there on /rpc only', async () => {
    const socket = new WebSocket(`${node.url.replace('http', 'ws')}/other`);
    const [error] = await once(socket, 'error');
    expect(error.message).toMatch(/404/);
  });

  it('leaves without methods of services that the node does not offer', async () => {
    const generatorOnly = await node.another({ services: ['generator'] });
    const pollOnly = await node.another({ services: ['poll'] });
    const unknown = { data: { code: 'UnknownMethod' } };
    await call(generatorOnly.url, 'addEvent', { type: 'T' });
    await expect(
      call(generatorOnly.url, 'registerConsumer', { component: 'x' }),
    ).rejects.toMatchObject(unknown);
    await call(pollOnly.url, 'registerConsumer', { component: 'x' });
    await expect(call(pollOnly.url, 'addEvent', { type: 'T' })).rejects.toMatchObject(unknown);
    const socket = await RpcSocket.open(pollOnly.url);
    await expect(socket.call('readyToReceive', { component: 'x' })).rejects.toMatchObject(unknown);
    await socket.close();
  });
});
