// What a node leaves behind on a server that the application has when it stops: nothing.
import { once } from 'node:events';
import { Agent, createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { Settings } from '../../src/config/load.ts';
import { ask } from '../support/ask.ts';
import { call, post, RpcSocket } from '../support/rpc.ts';
import { echo, type SharedNode, startOn } from '../support/shared-node.ts';

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"echo":1}}';

describe('a node that stops on a server of the application', () => {
  let http: HttpServer;
  let url: string;
  let nodes: SharedNode[];
  const start = async (values: Omit<Partial<Settings>, 'sinks'> = {}) => {
    const node = await startOn(http, values);
    nodes.push(node);
    return node;
  };
  const listenersOf = (server: HttpServer) =>
    Object.fromEntries(server.eventNames().map((name) => [name, server.listeners(name)]));
  beforeEach(async () => {
    nodes = [];
    http = createServer(echo).listen(0, '127.0.0.1');
    await once(http, 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const node of nodes) await node.stop();
    http.close();
    http.closeAllConnections();
  });

  it('gives the server back as it was, with its connections', async () => {
    const theirs = new WebSocketServer({ server: http, path: '/chat' });
    const [before, own] = [listenersOf(http), Object.getOwnPropertyNames(http)];
    const node = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await ask(`${url}/rpc`, { agent, method: 'POST', body: ping });
    const chat = new WebSocket(`${url.replace('http', 'ws')}/chat`);
    await once(chat, 'open');
    await node.app.stop();
    await node.app.stop();
    expect(listenersOf(http)).toEqual(before);
    expect(Object.getOwnPropertyNames(http)).toEqual(own);
    expect(http.listening).toBe(true);
    const second = await ask(`${url}/rpc`, { agent, method: 'POST', body: ping });
    expect(second.text).toBe(`POST /rpc ${ping}`);
    expect(second.localPort).toBe(first.localPort);
    expect(chat.readyState).toBe(WebSocket.OPEN);
    chat.terminate();
    theirs.close();
    agent.destroy();
  });

  it('lets calls end, on connections that stay, and tells its sockets 1001', async () => {
    const node = await start();
    await call(url, 'registerConsumer', { component: 'c' });
    const socket = await RpcSocket.open(url);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const poll =
      '{"jsonrpc":"2.0","id":1,"method":"pollEvents","params":{"component":"c","wait_ms":30000}}';
    const begun = await ask(`${url}/other`, { agent });
    const polling = ask(`${url}/rpc`, { agent, method: 'POST', body: poll });
    await call(url, 'ping', { echo: 1 });
    await node.app.stop();
    expect((await socket.closed).code).toBe(1001);
    const polled = await polling;
    expect(polled.text).toContain('"events":[]');
    const other = await ask(`${url}/other`, { agent });
    expect(other.text).toBe('GET /other ');
    expect([polled.localPort, other.localPort]).toEqual([begun.localPort, begun.localPort]);
    agent.destroy();
  });

  it('cuts whoever does not come to an end, and nobody else', async () => {
    const node = await start({ shutdownMs: 200 });
    const { port } = new URL(url);
    const stuck = connect(Number(port), '127.0.0.1');
    const idle = connect(Number(port), '127.0.0.1');
    stuck.write('POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    idle.write('POST /other HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na');
    stuck.on('error', () => {});
    const cut = once(stuck, 'close');
    await call(url, 'ping', { echo: 1 });
    await node.app.stop();
    await cut;
    idle.write('bc');
    expect(String((await once(idle, 'data'))[0])).toContain('200 OK');
    idle.destroy();
  });

  it('can begin again, and another node in its place', async () => {
    const node = await start();
    await node.app.stop();
    await node.app.start();
    expect((await post(url, ping)).answer.result).toEqual({ echo: 1 });
    await expect(startOn(http)).rejects.toThrow('Another node');
    expect((await post(url, ping)).answer.result).toEqual({ echo: 1 });
    await node.stop();
    await start();
    expect((await post(url, ping)).answer.result).toEqual({ echo: 1 });
    const socket = await RpcSocket.open(url);
    await socket.close();
  });

  it('takes nothing any more, also when somebody has put an emit of his over its own', async () => {
    const node = await start();
    const emit = http.emit;
    const theirs = ((...values: Parameters<typeof emit>) =>
      emit.apply(http, values)) as typeof emit;
    http.emit = theirs;
    expect((await post(url, ping)).answer.result).toEqual({ echo: 1 });
    await node.app.stop();
    expect(http.emit).toBe(theirs);
    expect((await ask(`${url}/rpc`)).text).toBe('GET /rpc ');
    await node.app.start();
    expect((await post(url, ping)).answer.result).toEqual({ echo: 1 });
  });
});
