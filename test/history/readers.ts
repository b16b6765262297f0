// The consumers of a run: each way by itself, ways taken in turn by one consumer, with and without a filter, and LIVE.
import { openRandom, type Random } from '../support/random.ts';
import { call } from '../support/rpc.ts';
import type { Addresses } from './nodes.ts';
import { futoinPoll } from './readers/futoin-poll.ts';
import { futoinPush } from './readers/futoin-push.ts';
import { hang } from './readers/hang.ts';
import { poll, pollTwiceAtOnce } from './readers/poll.ts';
import { push } from './readers/push.ts';
import { read, type Way } from './readers/reader.ts';
import { FUTOIN_TYPES, LAST, type Recorder } from './recorder.ts';

export interface ReadersOptions {
  readonly recorder: Recorder;
  readonly nodes: Addresses;
  readonly random: Random;
  /** Asked between sessions; of LIVE without a name. */
  readonly isDone: (acknowledged: string, name?: string) => boolean;
}

interface Kind {
  readonly ways: readonly Way[];
  readonly want: readonly string[] | null;
  readonly isLive?: boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  poll: { ways: [poll], want: null },
  push: { ways: [push], want: null },
  both: { ways: [poll, push], want: null },
  hang: { ways: [hang, hang, poll], want: null },
  twice: { ways: [pollTwiceAtOnce, pollTwiceAtOnce, poll], want: null },
  poll_some: { ways: [poll], want: ['A', 'order.paid', LAST] },
  push_some: { ways: [push], want: ['B', 'x:y/1', LAST] },
  push_little: { ways: [push, poll], want: [LAST] },
  ftn_poll: { ways: [futoinPoll], want: FUTOIN_TYPES },
  ftn_push: { ways: [futoinPush], want: FUTOIN_TYPES },
  ftn_some: { ways: [futoinPoll, futoinPush], want: ['C_C', LAST] },
  all_ways: { ways: [poll, push, futoinPoll, futoinPush], want: FUTOIN_TYPES },
  live: { ways: [push], want: null, isLive: true },
  live_poll: { ways: [poll, push], want: null, isLive: true },
  live_some: { ways: [push], want: ['A'], isLive: true },
  live_ftn: { ways: [futoinPush, futoinPoll], want: FUTOIN_TYPES, isLive: true },
};

/** Registers them; what it gives resolves when all have acknowledged everything. */
export async function startReaders(all: ReadersOptions): Promise<() => Promise<void>> {
  const { recorder, nodes, random } = all;
  for (const [name, { isLive }] of Object.entries(KINDS)) {
    if (isLive !== true) await call(nodes.url(random), 'registerConsumer', { component: name });
  }
  let left = Object.values(KINDS).filter(({ isLive }) => isLive !== true).length;
  const reading = Object.entries(KINDS).map(async ([name, kind], nth) => {
    const { isLive = false } = kind;
    // LIVE promises no last event, so those end with the others.
    const isDone = (acknowledged: string) =>
      isLive ? left === 0 || all.isDone('0') : all.isDone(acknowledged, name);
    const own = openRandom(random.seed + nth);
    await read({ name, ...kind, isLive, random: own, recorder, nodes, isDone });
    if (!isLive) left -= 1;
  });
  return async () => void (await Promise.all(reading));
}
