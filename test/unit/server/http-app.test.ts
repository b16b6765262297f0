// Calls end with their connection, those too that were sent behind another one without waiting for its answer.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { HttpApp } from '../../../src/server/http-app.ts';
import type { HttpDoor } from '../../../src/server/http-door.ts';
import { until } from '../../support/until.ts';

const REQUESTS = 30;

describe('calls behind each other on one connection', () => {
  const calls: AbortController[] = [];
  const answers: (() => void)[] = [];
  const door: HttpDoor = {
    answer: (request, call) => {
      calls.push(call);
      request.resume();
      return new Promise((resolve) => {
        answers.push(() => resolve({ status: 200, contentType: 'text/plain', body: 'done' }));
      });
    },
    headersFor: () => ({}),
    refusal: () => ({ status: 500, contentType: 'text/plain', body: null }),
  };
  const app = new HttpApp({
    guard: { requireNear: () => {} },
    rpc: door,
    futoin: door,
    streams: null,
    state: null,
    operations: () => {},
  });
  const server = createServer(app.listener);
  beforeEach(async () => {
    calls.length = 0;
    answers.length = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  const send = async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'.repeat(REQUESTS));
    await until(() => calls.length === REQUESTS);
    return socket;
  };

  it('are all aborted when it goes, once', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const socket = await send();
    expect(calls.some(({ signal }) => signal.aborted)).toBe(false);
    socket.destroy();
    await until(() => calls.every(({ signal }) => signal.aborted));
    for (const answer of answers) answer();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('are answered in their order when it stays', async () => {
    const socket = await send();
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    for (const answer of answers.reverse()) answer();
    await until(() => text.split('done').length - 1 === REQUESTS);
    socket.destroy();
    expect(calls.some(({ signal }) => signal.aborted)).toBe(false);
  });
});
