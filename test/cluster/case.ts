// One case: writers of every kind and consumers of every kind at work on three service nodes over a cluster, something
// happens to its servers, and then everything that was sent and answered is checked, on each server.
import { checkHistory, type Rule, type Violation } from '../history/checker.ts';
import type { Consumer, Row, Write } from '../history/history.ts';
import { rowsOf, writeLast } from '../history/last.ts';
import { startReaders } from '../history/readers.ts';
import { Recorder } from '../history/recorder.ts';
import { startWriters } from '../history/writers.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import type { GaleraCluster } from './galera-cluster.ts';

/** How long all is well, before and behind what happens. */
const CALM_MS = 4000;
/** What every service node does, beside serving. */
const WORKING = {
  archiver: true,
  discarder: true,
  workerPeriodMs: 50,
  discardLimit: 100,
  logLevel: 'silent',
} as const;
const READ_MS_MAX = 120_000;

export interface Case {
  readonly cluster: GaleraCluster;
  /** What happens; resolves when all servers are there again. */
  readonly happens: () => Promise<void>;
  /** In which order each service node has the servers. @default the same for all */
  readonly orders?: readonly (readonly number[])[];
  /** What applications may be refused with from then on, beside the loss of their server. @default nothing */
  readonly refusals?: readonly RegExp[];
}

export interface Figures {
  /** Events whose writers were told that they are there. */
  readonly acknowledged: number;
  /** Of them, or of what a consumer has acknowledged, those that are not there. */
  readonly lost: number;
  /** In the log twice, or delivered again though acknowledged. */
  readonly doubled: number;
  /** Writes whose outcome nobody was told, and those of them that are there. */
  readonly unknown: number;
  readonly unknownThere: number;
  /** The longest time without one that was acknowledged, from what happened on, in milliseconds. */
  readonly pauseMs: { readonly calls: number; readonly transactions: number };
  /** Events in the archive, which has them all at the end, and batches delivered. */
  readonly log: number;
  readonly batches: number;
}

export interface Outcome {
  readonly figures: Figures;
  readonly violations: readonly Violation[];
  readonly unexpected: readonly string[];
  /** The reliable ones as they were at the end, and the last id. */
  readonly consumers: readonly Consumer[];
  readonly end: string;
  /** What is left in the queue on each server, and their archives, which are to be the same. */
  readonly queues: readonly (readonly Row[])[];
  readonly logs: readonly (readonly Row[])[];
}

const SAME_ORDER = [0, 1, 2];

export async function runCase({
  cluster,
  happens,
  orders = [],
  refusals = [],
}: Case): Promise<Outcome> {
  const random = openRandom();
  const recorder = new Recorder();
  const urls = await cluster.createDatabase();
  const warehouses = await cluster.createDatabase();
  const nodes: NodeProcess[] = [];
  let isWriting = true;
  let end: number | null = null;
  let isOver = false;
  try {
    for (const nth of SAME_ORDER) {
      const order = orders[nth] ?? SAME_ORDER;
      const databaseUrl = cluster.urlOf(urls, order);
      const warehouseUrl = cluster.urlOf(warehouses, order);
      nodes.push(await startNode({ databaseUrl, warehouseUrl, ...WORKING }));
    }
    const [{ url }] = nodes as [NodeProcess];
    const addresses = { url: () => (nodes[random.below(nodes.length)] as NodeProcess).url };
    const shared = { recorder, random, nodes: addresses };
    const isDone = (acknowledged: string) =>
      isOver || (end !== null && Number(acknowledged) >= end);
    const reading = await startReaders({ ...shared, isDone });
    const isEnough = () => !isWriting;
    const writing = startWriters({ ...shared, isDone: isEnough, kind: 'mysql', urls });
    await pause(CALM_MS);
    const from = recorder.now();
    const refusedBefore = recorder.unexpected.length;
    await happens();
    await pause(CALM_MS);
    const to = recorder.now();
    isWriting = false;
    await writing;
    end = await writeLast(url, recorder);
    let isRead = false;
    const allRead = reading().then(() => {
      isRead = true;
    });
    await until(() => isRead, READ_MS_MAX).catch(() => {});
    isOver = true;
    await allRead;
    await isArchived(warehouses[0] as string, end);
    // From here on nothing moves any more.
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    const tables = await tablesOf(urls, warehouses);
    const violations = checkHistory(recorder.history(tables.queues[0] ?? [], tables.logs[0] ?? []));
    return {
      ...tables,
      violations,
      unexpected: recorder.unexpected.filter(
        (each, nth) => nth < refusedBefore || !refusals.some((known) => known.test(each)),
      ),
      consumers: recorder.consumers.filter(({ isLive }) => !isLive),
      end: String(end),
      figures: figuresOf(recorder, violations, tables.logs[0] ?? [], { from, to }),
    };
  } finally {
    isWriting = false;
    isOver = true;
    for (const node of nodes) await node.end('SIGKILL');
  }
}

async function isArchived(warehouse: string, end: number): Promise<void> {
  const sql = await openSqlSession('mysql', warehouse);
  await until(async () => {
    const [row] = await sql.run('select max(id) as newest from evt_history');
    return Number(row?.newest) === end;
  }, READ_MS_MAX).finally(() => sql.close());
}

async function tablesOf(urls: readonly string[], warehouses: readonly string[]) {
  const queues = await Promise.all(urls.map((url) => rowsOf('mysql', url, 'evt_queue')));
  const logs = await Promise.all(warehouses.map((url) => rowsOf('mysql', url, 'evt_history')));
  return { queues, logs };
}

function figuresOf(
  { writes, batches }: Recorder,
  violations: readonly Violation[],
  log: readonly Row[],
  time: { readonly from: number; readonly to: number },
): Figures {
  const count = (...rules: Rule[]) => violations.filter(({ rule }) => rules.includes(rule)).length;
  const there = new Set(log.map(({ key }) => key));
  const committed = writes.filter(({ outcome }) => outcome === 'committed');
  const unknown = writes.filter(({ outcome }) => outcome === 'unknown');
  return {
    acknowledged: committed.reduce((sum, { events }) => sum + events.length, 0),
    lost: count('lost', 'archive', 'hole', 'torn'),
    doubled: count('doubled', 'repeated'),
    unknown: unknown.length,
    unknownThere: unknown.filter(({ events }) => there.has(events[0]?.key ?? '')).length,
    pauseMs: {
      calls: longestPauseMs(committed.filter(isCall), time),
      transactions: longestPauseMs(
        committed.filter((write) => !isCall(write)),
        time,
      ),
    },
    log: log.length,
    batches: batches.length,
  };
}

/** Only calls are told ids. */
const isCall = ({ answers }: Write) => answers.length > 0;

function longestPauseMs(
  writes: readonly Write[],
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const moments = writes.map(({ committedAt }) => committedAt ?? 0);
  const within = moments.filter((at) => at > from && at < to).sort((a, b) => a - b);
  let longest = 0;
  let before = from;
  for (const at of [...within, to]) {
    longest = Math.max(longest, at - before);
    before = at;
  }
  return Math.round(longest);
}
