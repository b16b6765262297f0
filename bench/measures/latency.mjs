// Latency at 100 events a second through one node, whose consumer is a process of its own: from the answer of a call to
// its receipt by push, and from the commit of a foreign transaction, which gives no hint, to its receipt; the same
// beside another transaction that has written an event and stays open (not on SQLite, which has one writer). Three
// processes, one clock (clock.mjs).

import { EventQueue } from '../databases/event-queue.mjs';
import { draftOf } from '../kit/draft.mjs';
import { describeLatencies } from '../kit/figures.mjs';
import { addEvent, followWrites, latenciesMs } from '../kit/followed-writes.mjs';
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
  const slice = (write) => followWrites({ queue, receiver, count, perSecond: PER_SECOND, write });
  const variants = {
    call: () => slice((n) => addEvent(caller, n)),
    transaction: () => slice(inTurn(connection)),
    ...(other.hold === undefined
      ? {}
      : {
          beside: () => besideOpen(other, () => slice(inTurn(connection))),
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
    describeLatencies(results[of].map((result) => latenciesMs(result, from, LEAD_IN)));
  const own = described(variant);
  return { name, ...own, p99Ratio: against ? own.p99 / described(against).p99 : null };
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
