// Latency through one node, whose consumer is a process of its own: from the answer of a call to its receipt by push,
// and from the commit of a foreign transaction to its receipt, without and with a hint behind the commit; at 100 events
// a second, the same beside another transaction that has written an event and stays open (not on SQLite, which has one
// writer), and after silence, when the loops have gone to rest. Three processes, one clock (clock.mjs).
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../kit/clock.mjs';
import { draftOf } from '../kit/draft.mjs';
import { describeLatencies } from '../kit/figures.mjs';
import { addEvent, followWrites, latenciesMs } from '../kit/followed-writes.mjs';
import { Hints } from '../kit/product.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { writeAtRate } from '../kit/steady-rate.mjs';
import { Child } from '../processes/child.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';
import { startNode } from '../processes/service-node.mjs';

const PER_SECOND = 100;
/** The first events of a slice, which find loops that have gone to rest: they are checked but not counted. */
const LEAD_IN = 20;
/** How long nothing happens before each event that comes after silence. */
const SILENCE_MS = { min: 500, max: 1000 };
const HINTED = { atMost: 10 };
const UNHINTED = { atMost: 60 };

/** The receiver may be there before the caller has read its answer, so the first may be less than zero. */
const FIGURES = [
  { name: 'by call: addEvent answered to receipt', variant: 'call', from: 'doneMs' },
  { name: 'by call: addEvent called to receipt', variant: 'call', from: 'begunMs' },
  { name: 'by transaction: commit to receipt', variant: 'transaction', reach: UNHINTED },
  {
    name: 'the same beside an open transaction',
    variant: 'beside',
    against: 'transaction',
    reach: UNHINTED,
  },
  { name: 'by transaction, hinted', variant: 'hinted transaction', reach: HINTED },
  { name: 'by transaction, after silence', variant: 'silence', reach: UNHINTED },
  { name: 'by transaction, after silence, hinted', variant: 'hinted silence', reach: HINTED },
];

/** Gives latencies, and the faults of every slice. */
export async function measureLatency(databases, { rounds, latencyMs, silentEvents }, place) {
  const path = await openPath(databases, place);
  const other = await databases.connect(path.databaseUrl);
  const caller = await RpcClient.open(path.url);

  const count = Math.round((latencyMs / 1000) * PER_SECOND);
  const atRate = (write) => () => writeAtRate({ count, perSecond: PER_SECOND, write });
  const transactions = () => path.follow(count, atRate(inTurn(path.transact)));
  const afterSilence = (write) =>
    path.follow(silentEvents, () => writeAfterSilence(silentEvents, write));
  const variants = {
    call: () =>
      path.follow(
        count,
        atRate((n) => addEvent(caller, n)),
      ),
    transaction: transactions,
    ...(other.hold && { beside: () => besideOpen(other, transactions) }),
    'hinted transaction': () => path.follow(count, atRate(inTurn(path.transactAndHint))),
    ...(silentEvents > 0 && {
      silence: () => afterSilence(path.transact),
      'hinted silence': () => afterSilence(path.transactAndHint),
    }),
  };
  const { results, faults } = await inRounds(rounds, variants);

  await caller.close();
  await other.close();
  await path.close();
  const latencies = FIGURES.filter(({ variant }) => variant in results);
  return { latencies: latencies.map((figure) => describe(results, figure)), faults };
}

/** A node with a consumer that follows, and a foreign connection to its database. */
async function openPath(databases, place) {
  const node = await startNode(databases, place);
  const receiver = Child.start('receiver.mjs', place);
  await receiver.ask('follow', { url: node.url, component: 'latency' });
  const connection = await databases.connect(node.databaseUrl);
  await connection.createTables();
  const hints = new Hints(node.url);
  const transact = (n) => connection.transact(n, draftOf(n));
  return {
    url: node.url,
    databaseUrl: node.databaseUrl,
    transact,
    /** The hint goes out behind the commit, and nobody waits for it. */
    transactAndHint: (n) => transact(n).then(() => hints.give()),
    follow: (count, write) => followWrites({ queue: node.queue, receiver, count, write }),
    async close() {
      await connection.close();
      await receiver.stop();
      await node.stop();
    },
  };
}

/**
 * `p99Ratio` is that of its p99 to the p99 of the variant it is held against. After silence a round has too few events
 * to say anything by itself.
 */
function describe(results, { name, variant, from = 'doneMs', against, reach = null }) {
  const isSilence = variant.endsWith('silence');
  const described = (of) => {
    const rounds = results[of].map((each) => latenciesMs(each, from, isSilence ? 0 : LEAD_IN));
    return describeLatencies(isSilence ? [rounds.flat()] : rounds);
  };
  const own = described(variant);
  return { name, ...own, p99Ratio: against ? own.p99 / described(against).p99 : null, reach };
}

/** One event after the other; each finds everything at rest. */
async function writeAfterSilence(count, write) {
  const writes = [];
  for (let n = 0; n < count; n += 1) {
    await sleep(SILENCE_MS.min + Math.random() * (SILENCE_MS.max - SILENCE_MS.min));
    const begunMs = monotonicMs();
    await write(n);
    writes.push({ begunMs, doneMs: monotonicMs() });
  }
  return writes;
}

/** One transaction after the other on one connection, as an application's request would make it. */
function inTurn(transact) {
  let last = Promise.resolve();
  return (n) => {
    last = last.then(() => transact(n));
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
