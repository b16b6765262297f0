// What the original server was asked and answered, recorded and played again to ours: vectors/futoin-*.json. Times are
// not compared, nor the lists below say they differ, each with its reason.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { type Message, post, RawSocket } from './judge/raw.ts';
import { signatureOf } from './judge/signing.ts';
import { HMAC_KEY, startTarget, type Target, USER } from './judge/target.ts';

/** Accepted differences; docs/futoin.md gives the same list to users. */
const DIFFERENCES: Readonly<
  Record<string, { reason: string; apply: (message: Message) => Message }>
> = {
  edesc: {
    reason: 'What an error says in words is for people and not part of FTN18; ours are our own.',
    apply: ({ edesc: _, ...rest }) => rest,
  },
};

interface Bytes {
  readonly hex: string;
}
type Recorded = Message | Bytes;
interface Exchange {
  readonly title: string;
  readonly contentType: string;
  readonly request: Recorded;
  readonly answer: Recorded;
}
interface Step {
  readonly title: string;
  readonly send?: Recorded;
  /** An event that somebody else adds. */
  readonly add?: { readonly type: string; readonly data: unknown };
  /** What comes before the next step, in any order. */
  readonly receive: readonly Recorded[];
}

const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(join(__dirname, 'vectors', name), 'utf8'));
const exchanges = vectors<Exchange[]>('futoin-http.json');
const connections = vectors<Step[][]>('futoin-ws.json');

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const isHex = (recorded: Recorded): recorded is Bytes => 'hex' in recorded;
const isSigned = ({ sec }: Message) => sec?.includes('<signature>') ?? false;

/** The bytes to send; what was signed is signed with the key of this test. */
function bytesOf(recorded: Recorded): Buffer<ArrayBuffer> {
  if (isHex(recorded)) return Buffer.from(recorded.hex, 'hex');
  if (!isSigned(recorded)) return Buffer.from(JSON.stringify(recorded));
  const signature = signatureOf(recorded, 'SHA256', HMAC_KEY);
  const sec = recorded.sec?.replace('<signature>', signature);
  return Buffer.from(JSON.stringify({ ...recorded, sec }));
}

/** A message without what may differ, in the form of the vectors. */
function comparable(bytes: Buffer): Recorded {
  if (bytes[0] !== 0x7b) return { hex: bytes.toString('hex') };
  const message: Message = JSON.parse(bytes.toString(), (key, value) =>
    key === 'ts' && TIME.test(value) ? '<time>' : value,
  );
  if (message.sec === undefined) return withoutDifferences(message);
  const signature = signatureOf(JSON.parse(bytes.toString()), 'SHA256', HMAC_KEY);
  expect(message.sec).toBe(signature);
  return withoutDifferences({ ...message, sec: '<signature>' });
}

function withoutDifferences(recorded: Recorded): Recorded {
  if (isHex(recorded)) return recorded;
  return Object.values(DIFFERENCES).reduce((message, { apply }) => apply(message), recorded);
}

const sorted = (all: readonly Recorded[]) =>
  all.map((each) => JSON.stringify(canonical(each))).sort();

function canonical(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(canonical);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, field]) => [key, canonical(field)]),
  );
}

describeDrawnDatabase('the recorded exchanges of the original', (kind) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget(kind);
  });
  afterAll(() => target?.stop());

  const isPoll = (recorded: Recorded) => !isHex(recorded) && /:pollEvents$/.test(recorded.f ?? '');

  /** A poll may be some milliseconds behind what was added, and is the same when it is asked again. */
  async function answerTo(exchange: Exchange) {
    const { contentType, request, answer } = exchange;
    const wanted = sorted([withoutDifferences(answer)]);
    const ask = async () => {
      const got = await post(target.place, new Uint8Array(bytesOf(request)), {
        'content-type': contentType,
      });
      return { contentType: got.contentType, answer: comparable(got.bytes) };
    };
    if (!isPoll(request)) return ask();
    return until(async () => {
      const got = await ask();
      return sorted([got.answer]).join() === wanted.join() && got;
    }, 5000).catch(ask);
  }

  // The exchanges are one conversation: the second half goes on with the events of the first.
  describe('over HTTP', () => {
    it.each(exchanges.map((exchange) => [exchange.title, exchange] as const))(
      'are answered alike: %s',
      async (_, exchange) => {
        const { contentType, answer } = await answerTo(exchange);
        expect(contentType).toBe(exchange.contentType);
        expect(answer).toEqual(withoutDifferences(exchange.answer));
      },
    );
  });

  describe('over sockets', () => {
    it.each(
      connections.map(
        (steps) => [[...new Set(steps.map((step) => step.title))].join('; '), steps] as const,
      ),
    )('are answered alike: %s', async (_, steps) => {
      const socket = await RawSocket.open(target.place);
      let seen = 0;
      let lastPushed: string | undefined;
      for (const { title, send, add, receive } of steps) {
        if (add !== undefined) {
          const f = 'futoin.evt.gen:1.1:addEvent';
          const { message } = await post(target.place, { f, p: add, sec: USER });
          expect(message.r).toMatch(/^\d+$/);
        }
        const wanted = sorted(receive.map(withoutDifferences));
        const take = async () => {
          if (send !== undefined) socket.send(bytesOf(send));
          await until(() => socket.frames.length >= seen + receive.length);
          const got = socket.frames
            .slice(seen, seen + receive.length)
            .map((frame) => comparable(frame.bytes));
          seen += receive.length;
          return sorted(got);
        };
        let got = await take();
        if (send !== undefined && isPoll(send)) {
          const deadline = Date.now() + 5000;
          while (got.join() !== wanted.join() && Date.now() < deadline) got = await take();
        }
        expect([title, got]).toEqual([title, wanted]);
        lastPushed = socket.batches.at(-1)?.events.at(-1)?.id;
      }
      await settled(lastPushed);
      expect(socket.frames).toHaveLength(seen);
      await socket.close();
    });

    /** The next connection goes on behind what this one has acknowledged. */
    async function settled(lastPushed: string | undefined): Promise<void> {
      if (lastPushed === undefined) return;
      const session = await openSqlSession(kind, target.databaseUrl);
      await until(async () => {
        const rows = await session.run(
          `select cast(last_evt_id as char(20)) as at from evt_consumers where ident = '${target.principal}:RLB'`,
        );
        return rows.length === 0 || String(rows[0]?.at).trim() === lastPushed;
      });
      await session.close();
    }
  });
});
