// Whether a consumer can hear, and what it is told of that, by a clock and a server of the test's own.
import { Client, type ConsumerOptions } from '../../../src/client/index.ts';
import type { SocketEvents, Transport } from '../../../src/client/transport.ts';

/** What is answered to a method; null = nothing, ever. */
type Answers = Record<string, object | null>;

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: { readonly wait_ms?: number };
}

const PATIENCE_MS = 15_000;
const WAIT_MS = 20_000;
const result = (value: unknown) => ({ result: value });
const refusal = (code: string) => ({
  error: { code: -32000, message: code, data: { code, retry: 'yes' } },
});

/** A consumer of a server that says what `answers` has at the moment; `told` is what it was told, in order. */
function consume(options: ConsumerOptions) {
  const answers: Answers = {
    streamInfo: result({ last: '0', epoch: 1, discarded_up_to: '0' }),
    readyToReceive: result(true),
    ping: result({ echo: 0 }),
    pollEvents: result({ events: [], after: '0', up_to: '0', epoch: 1 }),
  };
  const asked: Asked[] = [];
  const told: string[] = [];
  let sockets = 0;
  const answer = (text: string) => {
    const call = JSON.parse(text) as Asked;
    asked.push(call);
    const said = answers[call.method] ?? null;
    return said && JSON.stringify({ jsonrpc: '2.0', id: call.id, ...said });
  };
  const transport: Transport = {
    request: (text, signal) =>
      new Promise((resolve, reject) => {
        const said = answer(text);
        const { wait_ms = 0 } = asked.at(-1)?.params ?? {};
        const ms = said !== null && 'result' in JSON.parse(said) ? wait_ms : 0;
        const timer = said === null ? undefined : setTimeout(resolve, ms, said);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      }),
    openSocket: async (events: SocketEvents) => {
      sockets += 1;
      return {
        send: (text) => {
          const said = answer(text);
          if (said !== null) setTimeout(events.onText, 0, said);
        },
        close: () => events.onClose(1006),
      };
    },
  };
  const stop = new AbortController();
  const consumer = new Client(transport).consumer({
    onReady: () => told.push('ready'),
    onTrouble: (error) => told.push((error as { code: string }).code),
    ...options,
  });
  const run = consumer.run(() => {}, { signal: stop.signal });
  run.catch(() => {});
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const end = async () => {
    stop.abort();
    await pass(5000);
    await run;
    expect(jest.getTimerCount()).toBe(0);
  };
  return { answers, asked, told, run, end, pass, sockets: () => sockets };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a consumer by poll', () => {
  it('is ready when its first question, which does not wait, was answered', async () => {
    const { answers, asked, told, end, pass } = consume({ by: 'poll' });
    await pass(10);
    expect(told).toEqual(['ready']);
    const polls = () => asked.filter(({ method }) => method === 'pollEvents');
    expect(polls().map(({ params }) => params.wait_ms)).toEqual([0, WAIT_MS]);

    answers.pollEvents = refusal('StoreUnavailable');
    await pass(2 * WAIT_MS);
    expect(told.length).toBeGreaterThan(3);
    expect(new Set(told.slice(1))).toEqual(new Set(['StoreUnavailable']));
    answers.pollEvents = result({ events: [], after: '0', up_to: '0', epoch: 1 });
    await pass(WAIT_MS);
    expect(told.slice(-2)).toEqual(['StoreUnavailable', 'ready']);
    await end();
  });

  it('is in trouble when an answer is later than its wait and some patience', async () => {
    const { answers, told, end, pass } = consume({ by: 'poll' });
    answers.pollEvents = null;
    await pass(59_000);
    expect(told).toEqual([]);
    answers.pollEvents = result({ events: [], after: '0', up_to: '0', epoch: 1 });
    await pass(2000);
    expect(told).toEqual(['Timeout', 'ready']);

    answers.pollEvents = null;
    await pass(WAIT_MS);
    await pass(WAIT_MS + PATIENCE_MS - 2000);
    expect(told).toEqual(['Timeout', 'ready']);
    await pass(2000);
    expect(told).toEqual(['Timeout', 'ready', 'Timeout']);
    await end();
  });
});

describe('a consumer by push', () => {
  it('is in trouble while the server cannot read, and ready again over the same connection', async () => {
    const { answers, told, end, pass, sockets } = consume({});
    await pass(10 * PATIENCE_MS);
    expect(told).toEqual(['ready']);
    const { streamInfo } = answers;
    answers.streamInfo = refusal('StoreUnavailable');
    await pass(PATIENCE_MS);
    expect(told.slice(0, 2)).toEqual(['ready', 'StoreUnavailable']);
    await pass(60_000);
    expect(told.length).toBeGreaterThan(6);
    expect(told.slice(2)).not.toContain('ready');
    answers.streamInfo = streamInfo as object;
    await pass(10_000);
    expect(told.filter((each) => each === 'ready')).toHaveLength(2);
    expect(told.at(-1)).toBe('ready');
    expect(sockets()).toBe(1);
    await end();
  });

  it('is in trouble when the question hangs and the socket lives', async () => {
    const { answers, told, end, pass, sockets } = consume({});
    await pass(10);
    const { streamInfo } = answers;
    answers.streamInfo = null;
    await pass(2 * PATIENCE_MS);
    expect(told).toEqual(['ready', 'Timeout']);
    answers.streamInfo = streamInfo as object;
    await pass(PATIENCE_MS + 10_000);
    expect(told.at(-1)).toBe('ready');
    expect(told.slice(1, -1)).toEqual(told.slice(1, -1).map(() => 'Timeout'));
    expect(sockets()).toBe(1);
    await end();
  });

  it.each(['SecurityError', 'Unauthorized', 'UnknownMethod', 'DefenseRejected', 'NewerCode'])(
    'makes nothing of %s',
    async (code) => {
      const { answers, asked, told, end, pass, sockets } = consume({});
      await pass(10);
      answers.streamInfo = refusal(code);
      await pass(10 * PATIENCE_MS);
      expect(asked.filter(({ method }) => method === 'streamInfo').length).toBeGreaterThan(9);
      expect(told).toEqual(['ready']);
      expect(sockets()).toBe(1);
      await end();
    },
  );

  it('connects again when the socket is silent altogether', async () => {
    const { answers, told, end, pass, sockets } = consume({});
    await pass(10);
    Object.assign(answers, { streamInfo: null, ping: null });
    await pass(2 * PATIENCE_MS);
    expect(told).toContain('CommError');
    await pass(1000);
    expect(told.at(-1)).toBe('ready');
    expect(sockets()).toBe(2);
    await end();
  });

  it('ends when what it calls fails itself', async () => {
    const fault = new Error('the telling');
    let calls = 0;
    const onReady = () => {
      calls += 1;
      if (calls === 2) throw fault;
    };
    const { answers, run, pass } = consume({ onReady });
    await pass(10);
    const { streamInfo } = answers;
    answers.streamInfo = refusal('StoreUnavailable');
    await pass(PATIENCE_MS);
    answers.streamInfo = streamInfo as object;
    await pass(10_000);
    await expect(run).rejects.toBe(fault);
    expect(jest.getTimerCount()).toBe(0);
  });
});
