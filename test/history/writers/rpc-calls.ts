// Events by JSON-RPC: one or many a call, with an idempotency key or without, several calls in one socket or by HTTP,
// and connections thrown away while an answer is under way.
import { call, RpcSocket } from '../../support/rpc.ts';
import type { Addresses } from '../nodes.ts';
import { addKeyed } from './keyed-calls.ts';
import { type Caller, failureOf, makeAdd } from './rpc-add.ts';
import { OpenWrite, pause, type WriterOptions } from './writer.ts';

export async function writeRpcCalls(options: WriterOptions, nodes: Addresses): Promise<void> {
  const { random } = options;
  while (!options.isDone()) {
    const url = nodes.url(random);
    if (random.chance(0.5)) {
      await Promise.all(
        Array.from({ length: 1 + random.below(3) }, () =>
          add(options, nodes, (method, params) => call(url, method, params)),
        ),
      );
    } else await throughSocket(options, nodes, url);
    await pause(random.below(20));
  }
}

/** Some calls behind each other without waiting, and now and then the connection is gone before they are answered. */
async function throughSocket(options: WriterOptions, nodes: Addresses, url: string): Promise<void> {
  const { random } = options;
  const socket = await RpcSocket.open(url).catch(() => null);
  if (socket === null) return;
  const gone = socket.closed.then(() => {
    throw new Error('The connection is gone.');
  });
  gone.catch(() => {});
  const calls = Array.from({ length: 1 + random.below(6) }, () =>
    add(options, nodes, (method, params) => Promise.race([socket.call(method, params), gone])),
  );
  if (random.chance(0.1)) {
    await pause(random.below(8));
    socket.socket.terminate();
  }
  await Promise.all(calls);
  socket.socket.terminate();
}

async function add(options: WriterOptions, nodes: Addresses, caller: Caller): Promise<void> {
  if (options.random.chance(0.4)) return addKeyed(options, nodes, caller);
  const write = new OpenWrite(options);
  const { method, params, idsIn } = makeAdd(write, options);
  write.commitSent();
  try {
    write.end('committed', idsIn(await caller(method, params)));
  } catch (error) {
    write.end(failureOf(error, options));
  }
}
