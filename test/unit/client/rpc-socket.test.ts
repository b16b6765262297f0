import { RpcSocket } from '../../../src/client/rpc-socket.ts';
import type { SocketEvents, Transport } from '../../../src/client/transport.ts';

/** A socket whose other end is the test. */
async function open() {
  const sent: { id: number; method: string }[] = [];
  let events = {} as SocketEvents;
  const transport: Transport = {
    request: () => Promise.reject(new Error('not used')),
    openSocket: async (given) => {
      events = given;
      return {
        send: (text) => void sent.push(JSON.parse(text)),
        close: () => events.onClose(1006),
      };
    },
  };
  const signal = new AbortController().signal;
  const onSilence = jest.fn();
  const socket = await RpcSocket.open(transport, { onCall: async () => true, onSilence }, signal);
  return { socket, sent, events, onSilence };
}

describe('RpcSocket', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks a connection that is silent, and gives up one that does not answer', async () => {
    const { socket, sent, onSilence } = await open();
    let closed: number | null = null;
    void socket.closed.then((code) => {
      closed = code;
    });
    await jest.advanceTimersByTimeAsync(9900);
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(5200);
    expect(sent.map(({ method }) => method)).toEqual(['ping']);
    expect(onSilence).toHaveBeenCalledTimes(1);
    expect(closed).toBeNull();
    await jest.advanceTimersByTimeAsync(15_000);
    expect(closed).toBe(1006);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('asks nothing while there is something to hear', async () => {
    const { socket, sent, events } = await open();
    for (let nth = 0; nth < 20; nth += 1) {
      await jest.advanceTimersByTimeAsync(9000);
      events.onText('{}');
    }
    expect(sent).toEqual([]);
    socket.close();
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps one that answers, and asks it again and again', async () => {
    const { socket, sent, events, onSilence } = await open();
    let isClosed = false;
    void socket.closed.then(() => {
      isClosed = true;
    });
    for (let nth = 0; nth < 40; nth += 1) {
      await jest.advanceTimersByTimeAsync(7500);
      const ping = sent.shift();
      if (ping !== undefined) {
        events.onText(JSON.stringify({ jsonrpc: '2.0', id: ping.id, result: { echo: 0 } }));
      }
    }
    expect(onSilence.mock.calls.length).toBeGreaterThan(12);
    expect(isClosed).toBe(false);
    socket.close();
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('rejects what waits for an answer when the connection is lost', async () => {
    const { socket, events } = await open();
    const call = socket.call('streamInfo', {});
    events.onClose(1006);
    await expect(call).rejects.toMatchObject({ code: 'CommError' });
    await expect(socket.call('streamInfo', {})).rejects.toMatchObject({ code: 'CommError' });
  });
});
