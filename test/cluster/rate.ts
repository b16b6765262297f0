// How much gets done: calls that add events, and an application that writes them in transactions of its own.
import { openSaid, startProducer } from '../crash/producer-process.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { RpcSocket } from '../support/rpc.ts';

const CALLERS = 60;
const WRITERS = 6;
/** Until all connections are made and the programs warm. */
const WARM_MS = 2000;
const MEASURED_MS = 6000;

export interface Rate {
  /** Events a second that were acknowledged, by either way. */
  readonly perSecond: number;
  /** Of the calls, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** With a service node for each database URL, and writers by turns at each of the `producerUrls`. */
export async function rateOf(
  databaseUrls: readonly string[],
  producerUrls: readonly string[],
): Promise<Rate> {
  const nodes: NodeProcess[] = [];
  const sockets: RpcSocket[] = [];
  const said = openSaid();
  const callMs: number[] = [];
  let isOver = false;
  for (const databaseUrl of databaseUrls) {
    nodes.push(await startNode({ databaseUrl, logLevel: 'silent' }));
  }
  const add = async (socket: RpcSocket) => {
    while (!isOver) {
      const startedMs = performance.now();
      await socket.call('addEvent', { type: 'T', data: 'some data' });
      callMs.push(performance.now() - startedMs);
    }
  };
  const producers = producerUrls.map((url, nth) => {
    const writers = WRITERS / producerUrls.length;
    return startProducer({ kind: 'mysql', url, name: `tx${nth}`, writers, said });
  });
  try {
    for (const { url } of nodes) sockets.push(await RpcSocket.open(url));
    const calling = Array.from({ length: CALLERS }, (_, nth) =>
      add(sockets[nth % sockets.length] as RpcSocket),
    );
    await pause(WARM_MS);
    callMs.length = 0;
    const before = said.committed.size;
    const startedMs = performance.now();
    await pause(MEASURED_MS);
    const seconds = (performance.now() - startedMs) / 1000;
    const done = callMs.length + said.committed.size - before;
    const sorted = [...callMs].sort((a, b) => a - b);
    isOver = true;
    await Promise.all(calling);
    const at = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0);
    return { perSecond: Math.round(done / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
  } finally {
    isOver = true;
    await Promise.all(producers.map((producer) => producer.kill()));
    for (const { socket } of sockets) socket.terminate();
    for (const node of nodes) await node.end('SIGKILL');
  }
}
