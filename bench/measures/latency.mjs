// Latency at 100 events a second through one node, whose consumer is a process of its own: from the answer of a call to
// its receipt by push, and from the commit of a foreign transaction, which gives no hint, to its receipt; the same
// beside another transaction that has written an event and stays open (not on SQLite, which has one writer). Three
// processes, one clock (clock.mjs).

import { EventQueue } from '../databases/event-queue.mjs';
import { checkArrivals, idsBehind } from '../kit/arrivals.mjs';
import { monotonicMs, until } from '../kit/clock.mjs';
import { draftOf } from '../kit/draft.mjs';
import { describeLatencies } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { Child } from '../processes/child.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';

const PER_SECOND = 100;
/** The first events of a slice, which find loops that have gone to rest: they are checked but not counted. */
const LEAD_IN = 20;
/** The receiver may be there before the caller has read its answer, so the first may be less than zero. */
const FIGURES = [
  { name: 'by call: addEvent answered to receipt', variant: 'call', from: 'doneMs' },
  { name: 'by call: addEvent called to receipt', variant: 'call', from: 'begunMs' },
  { name: 'by transaction: commit to receipt', variant: 'transaction', from: 'doneMs' },
  {
    name: 'the same beside an open transaction',
    variant: 'beside',
    from: 'doneMs',
    against: 'transaction',
  },
];

/** Gives figures, and the faults of every slice. */
export async function measureLatency(databases, { rounds, latencyMs }, place) {
  const { url, drop } = await databases.create();
  const queue = await EventQueue.open(url);
  const app = Child.start('app-process.mjs', place);
  const appUrl = await app.ask('start', { databaseUrl: url });
  const receiver = Child.start('receiver.mjs', place);
  await receiver.ask('follow', { url: appUrl, component: 'latency' });
  const caller = await RpcClient.open(appUrl);
  const connection = await databases.connect(url);
  await connection.createTables();

  const other = await databases.connect(url);
  const count = Math.round((latencyMs / 1000) * PER_SECOND);
  const variants = {
    call: () => slice({ queue, receiver, count, write: (n) => addEvent(caller, draftOf(n)) }),
    transaction: () => slice({ queue, receiver, count, write: inTurn(connection) }),
    ...(other.hold === undefined
      ? {}
      : {
          beside: () =>
            besideOpen(other, () => slice({ queue, receiver, count, write: inTurn(connection) })),
        }),
  };
  const { results, faults } = await inRounds(rounds, variants);

  await caller.close();
  await connection.close();
  await other.close();
  await Promise.all([receiver, app].map((child) => child.stop()));
  await queue.close();
  await drop();
  return {
    latencies: FIGURES.filter(({ variant }) => variant in results).map((figure) =>
      describe(results, figure),
    ),
    faults,
  };
}

/** `p99Ratio` is that of its p99 to the p99 of the variant it is held against. */
function describe(results, { name, variant, from, against }) {
  const described = (of) =>
    describeLatencies(results[of].map((result) => latenciesMs(result, from)));
  const own = described(variant);
  return { name, ...own, p99Ratio: against ? own.p99 / described(against).p99 : null };
}

function addEvent(caller, { type, data }) {
  return caller.callText('addEvent', `{"type":"${type}","data":${data}}`);
}

/** One transaction after the other on one connection, as an application's request would make it. */
function inTurn(connection) {
  let last = Promise.resolve();
  return (n) => {
    last = last.then(() => connection.transact(n, draftOf(n)));
    return last;
  };
}

/** What was written and is taken back afterwards must never be seen, which the slice checks. */
async function besideOpen(connection, work) {
  const release = await connection.hold(draftOf(0));
  try {
    return await work();
  } finally {
    await release();
  }
}

async function slice({ queue, receiver, count, write }) {
  const base = await queue.newest();
  const writes = await writeAtRate(count, write);
  const { arrivals, brokenChains } = await receiver.ask('collect', { upTo: base + count });
  const faults = checkArrivals(arrivals, { base, ids: idsBehind(base, count) });
  return { writes, arrivals, faults: { ...faults, wrong: faults.wrong + brokenChains } };
}

function latenciesMs({ writes, arrivals }, from) {
  const counted = arrivals.filter(([, n]) => n >= LEAD_IN && n < writes.length);
  return counted.map(([, n, atMs]) => atMs - writes[n][from]);
}

/** Gives when each write was begun and done. It goes on whether or not the ones before are done, like the world does. */
async function writeAtRate(count, write) {
  const startMs = monotonicMs();
  const writes = [];
  for (let n = 0; n < count; n += 1) {
    // At random within its own hundredth: a steady beat would fall in step with the loops that look every 5 ms.
    await until(startMs + ((n + Math.random()) * 1000) / PER_SECOND);
    const begunMs = monotonicMs();
    const done = write(n).then(() => ({ begunMs, doneMs: monotonicMs() }));
    done.catch(() => {}); // it is thrown below, and must not end the process before
    writes.push(done);
  }
  return Promise.all(writes);
}
