// A server with the usual clients around it, as the tests of faults begin.
import type { Settings } from '../../../src/config/load.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { INSTALL_MS_MAX } from './install.ts';
import { type Face, type FutoinEvent, Judge, type OnBatch, type Receiver } from './judge.ts';
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
