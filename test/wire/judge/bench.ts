// A server with what its tests talk to it by: the usual clients, or sockets without a client between.
import type { Settings } from '../../../src/config/load.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { INSTALL_MS_MAX } from './install.ts';
import { type Face, type FutoinEvent, Judge, type OnBatch, type Receiver } from './judge.ts';
import { RawSocket } from './raw.ts';
import { startTarget, type Target, USER } from './target.ts';

export const idsOf = (events: readonly FutoinEvent[]) => events.map((event) => event.id);

export interface Bench {
  judge: Judge;
  target: Target;
  gen: Face;
  poll: Face;
  /** LIVE is a live receiver, any other component a reliable one. */
  receive(component: string, options?: object, onBatch?: OnBatch): Promise<Receiver>;
}

/** A fresh server and clients for each test of a `describe`; whole from its `beforeEach` on. */
export function bench(kind: DatabaseKind, settings: Partial<Settings> = {}): Bench {
  const own = {} as Bench;
  beforeEach(async () => {
    own.judge = await Judge.start();
    own.target = await startTarget(kind, settings);
    const peer = { endpoint: own.target.ws, credentials: USER };
    own.gen = await own.judge.face('gen', peer);
    const options = { version: own.target.pollVersion };
    own.poll = await own.judge.face('poll', { ...peer, options });
    own.receive = (component, options = {}, onBatch) => {
      const kindOf = component === 'LIVE' ? 'live' : 'reliable';
      const all = { ...peer, options: { component, ...options } };
      return own.judge.receive(kindOf, all, onBatch);
    };
  }, INSTALL_MS_MAX);
  afterEach(async () => {
    await own.judge?.kill();
    await own.target?.stop();
  });
  return own;
}

/** One server and one process of clients for all tests of a `describe`; whole from its `beforeAll` on. */
export function sharedBench(kind: DatabaseKind): Pick<Bench, 'judge' | 'target'> {
  const own = {} as Bench;
  beforeAll(async () => {
    own.judge = await Judge.start();
    own.target = await startTarget(kind);
  }, INSTALL_MS_MAX);
  afterAll(async () => {
    await own.judge?.kill();
    await own.target?.stop();
  });
  return own;
}

export interface SocketBench {
  target: Target;
  /** Opened sockets are gone after their test. */
  open(onBatch?: Parameters<typeof RawSocket.open>[1], place?: string): Promise<RawSocket>;
}

/** One server for all tests of a `describe`, and raw sockets to it. */
export function socketBench(kind: DatabaseKind): SocketBench {
  const sockets: RawSocket[] = [];
  const own = {
    open: async (onBatch, place) => {
      const socket = await RawSocket.open(place ?? own.target.place, onBatch);
      sockets.push(socket);
      return socket;
    },
  } as SocketBench;
  beforeAll(async () => {
    own.target = await startTarget(kind);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) await socket.close();
  });
  afterAll(() => own.target?.stop());
  return own;
}
