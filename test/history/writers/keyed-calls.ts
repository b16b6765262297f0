// Calls with an idempotency key. As long as the outcome is not known, the very same call is made again, on any node,
// now and then on two at once; and now and then also when it was answered. Whatever was lost, in the end it is known
// what became of the call.
import { call } from '../../support/rpc.ts';
import type { Addresses } from '../nodes.ts';
import { type Caller, failureOf, makeAdd } from './rpc-add.ts';
import { OpenWrite, pause, type WriterOptions } from './writer.ts';

/** Nodes come back and connections are made again within seconds; who asks so long asks in vain. */
const ANSWER_MS_MAX = 20_000;

/** `first` makes the first call; those that repeat it go to any node. */
export async function addKeyed(
  options: WriterOptions,
  nodes: Addresses,
  first: Caller,
): Promise<void> {
  const { random } = options;
  const write = new OpenWrite(options, { isKeyed: true });
  const { method, params, idsIn } = makeAdd(write, options);
  const keyed = { ...params, idempotency_key: write.events[0]?.key };
  const anywhere: Caller = (...args) => call(nodes.url(random), ...args);
  const outcomes = new Set<'committed' | 'rolled back' | 'unknown'>();

  write.commitSent();
  await askAll([first]);
  const deadline = performance.now() + ANSWER_MS_MAX;
  while (outcomes.has('unknown') && !outcomes.has('committed') && performance.now() < deadline) {
    await pause(random.below(10));
    await askAll([anywhere]);
  }
  if (outcomes.has('committed') && random.chance(0.2)) {
    await pause(random.below(100));
    await askAll([anywhere]);
  }
  if (outcomes.has('committed')) write.end('committed');
  else write.end(outcomes.has('unknown') ? 'unknown' : 'rolled back');

  async function askAll(callers: readonly Caller[]): Promise<void> {
    const all = random.chance(0.5) ? [...callers, anywhere] : callers;
    await Promise.all(
      all.map(async (caller) => {
        try {
          write.answered(idsIn(await caller(method, keyed)));
          outcomes.add('committed');
        } catch (error) {
          outcomes.add(failureOf(error, options));
        }
      }),
    );
  }
}
