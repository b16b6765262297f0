// Events by JSON-RPC: one or many a call, several calls in one socket or by HTTP, and connections thrown away while
// an answer is under way.
import { call, RpcSocket } from '../../support/rpc.ts';
import type { Nodes } from '../nodes.ts';
import { OpenWrite, pause, someCount, type WriterOptions } from './writer.ts';

const EVENTS_MAX = 40;
/** Answers that say that nothing was carried out. */
const NOT_DONE = ['StoreUnavailable', 'ShuttingDown', 'DefenseRejected'];

type Caller = (method: string, params: object) => Promise<unknown>;

export async function writeRpcCalls(options: WriterOptions, nodes: Nodes): Promise<void> {
  const { random } = options;
  while (!options.isDone()) {
    const url = nodes.url(random);
    if (random.chance(0.5)) {
      await Promise.all(
        Array.from({ length: 1 + random.below(3) }, () =>
          add(options, (method, params) => call(url, method, params)),
        ),
      );
    } else await throughSocket(options, url);
    await pause(random.below(20));
  }
}

/** Some calls behind each other without waiting, and now and then the connection is gone before they are answered. */
async function throughSocket(options: WriterOptions, url: string): Promise<void> {
  const { random } = options;
  const socket = await RpcSocket.open(url).catch(() => null);
  if (socket === null) return;
  const gone = socket.closed.then(() => {
    throw new Error('The connection is gone.');
  });
  gone.catch(() => {});
  const calls = Array.from({ length: 1 + random.below(6) }, () =>
    add(options, (method, params) => Promise.race([socket.call(method, params), gone])),
  );
  if (random.chance(0.1)) {
    await pause(random.below(8));
    socket.socket.terminate();
  }
  await Promise.all(calls);
  socket.socket.terminate();
}

async function add(options: WriterOptions, caller: Caller): Promise<void> {
  const { random, recorder, name } = options;
  const write = new OpenWrite(options);
  const isOne = random.chance(0.5);
  write.events.push(...write.make(isOne ? 1 : someCount(random, EVENTS_MAX)));
  write.commitSent();
  const events = write.events.map(({ key, type }) => ({ type, data: key }));
  try {
    if (isOne) write.end('committed', [(await caller('addEvent', events[0] as object)) as string]);
    else {
      const range = (await caller('addEvents', { events })) as { first: string; last: string };
      const ids = events.map((_, nth) => String(Number(range.first) + nth));
      if (ids.at(-1) !== range.last) {
        recorder.unexpected.push(`${name}: ${events.length} events are ${JSON.stringify(range)}`);
      }
      write.end('committed', ids);
    }
  } catch (error) {
    const code = (error as { data?: { code?: string } }).data?.code;
    write.end(code !== undefined && NOT_DONE.includes(code) ? 'rolled back' : 'unknown');
    if (code !== undefined && ![...NOT_DONE, 'OutcomeUnknown'].includes(code)) {
      recorder.unexpected.push(`${name}: ${JSON.stringify(error)}`);
    }
  }
}
