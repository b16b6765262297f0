// The checker finds what it is there to find: for each rule there is a history that breaks it alone, and what is only
// unusual breaks none.
import { checkHistory, type Rule } from './checker.ts';
import type { History } from './history.ts';
import {
  before,
  consumer,
  good,
  live,
  other,
  polled,
  pushed,
  rolledBack,
  rowOf,
  rows,
  tick,
  unknown,
  untold,
  write,
} from './samples.ts';

const rulesOf = (change: (history: History) => Partial<History>) => {
  const history = good();
  const violations = checkHistory({ ...history, ...change(history) });
  return [...new Set(violations.map(({ rule }) => rule))];
};

type Case = readonly [string, (history: History) => Partial<History>];

const BAD: Readonly<Record<Rule, readonly Case[]>> = {
  lost: [
    ['a committed event is nowhere', (h) => ({ writes: [...h.writes, write(['k5'])] })],
    ['a consumer never gets what it acknowledges', (h) => ({ batches: h.batches.slice(0, 1) })],
  ],
  undone: [
    [
      'an event that was rolled back is in the log',
      ({ writes, queued }) => ({
        writes: [...writes, write(['k5'], rolledBack)],
        queued: [...queued, rowOf(5)],
      }),
    ],
    [
      'an event that a savepoint took back is in the log',
      ({ writes, queued }) => ({
        writes: [...writes, write([], { undone: [{ key: 'k5', type: 'A' }] })],
        queued: [...queued, rowOf(5)],
      }),
    ],
    [
      'an event that was rolled back is delivered',
      ({ writes }) => ({
        writes: [...writes, write(['x'], rolledBack)],
        batches: [polled(0, 2), polled(2, 4, [rowOf(3, 'x'), rowOf(4)])],
      }),
    ],
  ],
  invented: [
    ['an event is in the log that nobody wrote', () => ({ queued: rows(3, 4, 5) })],
    [
      'an event is delivered that nobody wrote',
      () => ({ batches: [polled(0, 2), polled(2, 4, [rowOf(3, 'x'), rowOf(4)])] }),
    ],
  ],
  altered: [
    [
      'an event has another type than it was written with',
      ({ writes }) => ({
        writes: before([
          ...writes.slice(0, 2),
          write(['k4'], { events: [{ key: 'k4', type: 'B' }] }),
        ]),
      }),
    ],
    [
      'an event is delivered with another type than it has',
      () => ({ batches: [polled(0, 2), polled(2, 4, [rowOf(3), rowOf(4, 'k4', 'B')])] }),
    ],
  ],
  doubled: [
    ['an event has two ids', (h) => ({ queued: [...h.queued, rowOf(5, 'k4')] })],
    [
      'a call that is repeated with its key adds its event again',
      ({ writes, queued }) => ({
        writes: [...writes, write(['k5'], { isKeyed: true, answers: [['5'], ['5']] })],
        queued: [...queued, rowOf(5), rowOf(6, 'k5')],
      }),
    ],
  ],
  torn: [
    [
      'half of a transaction is there whose commit was cut',
      ({ writes, queued }) => ({
        writes: [...writes, write(['k5', 'k6'], unknown)],
        queued: [...queued, rowOf(5)],
      }),
    ],
  ],
  early: [
    [
      'an event is delivered before its commit is sent',
      ({ writes }) => {
        const late = write(['k4'], { begunAt: 7, commitSentAt: 99, committedAt: 100 });
        return { writes: [...writes.slice(0, 2), late] };
      },
    ],
  ],
  order: [
    [
      'a batch is not in the order of ids',
      () => ({ batches: [polled(0, 2), polled(2, 4, rows(4, 3))] }),
    ],
    [
      'one consumer gets another event under the same id',
      ({ batches }) => ({
        consumers: [consumer, other],
        batches: [...batches, polled(2, 3, [rowOf(3, 'k2')], { consumer: 'other' })],
      }),
    ],
    [
      'events of one transaction are not in its order',
      ({ writes }) => ({ writes: before([writes[0]!, write(['k3', 'k2']), writes[2]!]) }),
    ],
  ],
  dense: [
    [
      'an id is missing',
      ({ writes, queued }) => ({
        writes: [...writes, write(['k6'])],
        queued: [...queued, rowOf(6)],
      }),
    ],
  ],
  overtaken: [
    [
      'a transaction that began after the commit of another has the lower id',
      ({ writes }) => ({ writes: before([writes[0]!, writes[2]!, writes[1]!]) }),
    ],
    [
      'a call that was sent after an event was received has the lower id',
      ({ writes, batches, queued }) => {
        const first = write(['k6'], unknown);
        const received = polled(5, 6, undefined, { consumer: 'other' });
        return {
          writes: [...writes, first, write(['k5'])],
          consumers: [consumer, other],
          batches: [...batches, received],
          queued: [...queued, rowOf(5), rowOf(6)],
        };
      },
    ],
  ],
  'returned-id': [
    [
      'an event has another id than was answered',
      ({ writes }) => ({
        writes: before([...writes.slice(0, 2), write(['k4'], { answers: [['3']] })]),
      }),
    ],
    [
      'a call that is repeated with its key is answered with other ids than at first',
      ({ writes }) => ({
        writes: before([
          ...writes.slice(0, 2),
          write(['k4'], { isKeyed: true, answers: [['4'], ['3']] }),
        ]),
      }),
    ],
  ],
  unanswered: [
    [
      'nobody learns what became of a call with a key',
      ({ writes }) => ({ writes: [...writes, write(['k5'], { ...unknown, isKeyed: true })] }),
    ],
  ],
  repeated: [
    [
      'an event comes again after a poll has acknowledged it',
      ({ batches }) => ({ batches: [...batches, polled(1, 3, undefined, { lastId: null })] }),
    ],
    [
      'an event comes again on a new subscription when its acknowledgement was stored',
      ({ batches }) => ({
        acknowledgements: [{ consumer: 'c', upTo: '4', at: tick() }],
        batches: [...batches, pushed(0, 3, 4, { session: 2, position: '4' })],
      }),
    ],
  ],
  chain: [
    [
      'a poll is answered from before what it said',
      () => ({
        consumers: [{ ...consumer, want: ['B'] }],
        batches: [polled(0, 2, []), polled(1, 4, [], { lastId: '2', position: '2' })],
      }),
    ],
    [
      'a pushed batch does not begin where the one before ended',
      () => ({ batches: [pushed(0, 0, 2), pushed(1, 1, 4)] }),
    ],
    [
      'a batch comes again without having been refused',
      () => ({ batches: [pushed(0, 0, 2), pushed(0, 0, 2), pushed(1, 2, 4)] }),
    ],
    ['a number is left out', () => ({ batches: [pushed(0, 0, 2), pushed(2, 2, 4)] })],
    [
      'a refused batch comes again from elsewhere',
      () => ({ batches: [pushed(0, 0, 2), pushed(1, 2, 4, { isRefused: true }), pushed(1, 1, 4)] }),
    ],
    [
      'LIVE passes something over without a gap in the numbers',
      () => ({ consumers: [live], batches: [pushed(0, 0, 2), pushed(1, 3, 4)] }),
    ],
  ],
  hole: [
    [
      'a batch leaves something out of its range',
      () => ({ batches: [polled(0, 2), polled(2, 4, rows(4))] }),
    ],
    [
      'a filtered batch leaves out a wanted event',
      () => ({
        consumers: [{ ...consumer, want: ['A'] }],
        batches: [polled(0, 4, rows(1, 3, 4))],
      }),
    ],
    [
      'a batch that tells no range leaves something out behind the one before it',
      () => ({ batches: [pushed(0, 0, 2, untold), pushed(1, 3, 4, untold)] }),
    ],
    [
      'a new subscription begins beyond what was acknowledged',
      () => ({ batches: [pushed(0, 0, 2), pushed(0, 3, 4, { session: 2, position: '2' })] }),
    ],
  ],
  unwanted: [
    [
      'a consumer gets what it does not want',
      () => ({ consumers: [{ ...consumer, want: ['B'] }], batches: [polled(0, 4, rows(2))] }),
    ],
  ],
  archive: [
    ['an event is discarded without being archived', () => ({ archived: rows(1) })],
    ['the archive holds an event twice', () => ({ archived: rows(1, 2, 2) })],
    ['queue and archive differ', () => ({ archived: [...rows(1, 2), rowOf(3, 'k2')] })],
  ],
};

const GOOD: readonly Case[] = [
  ['nothing out of the ordinary happens', () => ({})],
  [
    'a transaction whose commit was cut is nowhere',
    ({ writes }) => ({ writes: [...writes, write(['k5', 'k6'], unknown)] }),
  ],
  [
    'a transaction whose commit was cut is there as a whole',
    ({ writes, queued }) => ({
      writes: [...writes, write(['k5', 'k6'], unknown)],
      queued: [...queued, ...rows(5, 6)],
    }),
  ],
  [
    'a call is repeated with its key, and answered the same each time',
    ({ writes, queued }) => ({
      writes: [...writes, write(['k5'], { isKeyed: true, answers: [['5'], ['5'], ['5']] })],
      queued: [...queued, rowOf(5)],
    }),
  ],
  [
    'a transaction that overlaps with another has the lower id',
    ({ writes }) => ({
      writes: before(writes).map((each, nth) => (nth === 1 ? { ...each, committedAt: -1 } : each)),
    }),
  ],
  [
    'a refused batch comes again, and all behind it',
    () => ({
      batches: [
        pushed(0, 0, 2, { isRefused: true }),
        pushed(1, 2, 3),
        pushed(0, 0, 2),
        pushed(1, 2, 4),
      ],
    }),
  ],
  [
    'an acknowledgement is lost, and what it spoke of comes again',
    ({ batches }) => ({
      batches: [...batches, polled(2, 4, undefined, { session: 2, position: '4' })],
    }),
  ],
  [
    'LIVE passes something over with a gap in the numbers',
    () => ({ consumers: [live], batches: [pushed(0, 0, 1), pushed(2, 3, 4)] }),
  ],
];

describe('the checker of histories', () => {
  it.each(GOOD)('finds nothing where %s', (_, change) => {
    expect(rulesOf(change)).toEqual([]);
  });

  for (const [rule, cases] of Object.entries(BAD)) {
    it.each(cases)(`finds "${rule}" alone where %s`, (_, change) => {
      expect(rulesOf(change)).toEqual([rule]);
    });
  }
});
