// A connection to Redis, from a sink's opening to its closing. It does not mend itself: what was under way when it
// broke may have been carried out or not, and only a new look at the key tells.
import { readFile } from 'node:fs/promises';
import { inTime } from '../../../base/in-time.ts';
import { loadOptional } from '../../../base/optional-package.ts';
import { reasonOf, sinkUnavailable } from '../refusals.ts';
import type { RedisPlace } from './settings.ts';

export interface RedisLink {
  /** Rejects with what the server answers instead, when it answers nothing in time, and when the connection is gone. */
  send(command: readonly string[]): Promise<unknown>;
  /** Whatever is under way fails. */
  close(): void;
}

const PACKAGE = {
  says: 'A sink of type redis needs',
  name: '@redis/client',
  install: '@redis/client',
};
/** A frozen server takes connections, and answers nothing. */
const ANSWER_MS_MAX = 10_000;
/** Servers, and what stands between, cut connections on which nothing happens. */
const PING_MS = 30_000;

/** Rejects with a sentence that says to where there was no way, and why. */
export async function openLink(title: string, { url, caFile }: RedisPlace): Promise<RedisLink> {
  const { createClient } = await loadOptional(PACKAGE, () => import('@redis/client'));
  const where = new URL(url).host;
  const failed = (cause: unknown) =>
    sinkUnavailable(title, `cannot use Redis at ${where}: ${reasonOf(cause)}`, cause);
  const common = { connectTimeout: ANSWER_MS_MAX, reconnectStrategy: false } as const;
  const ca =
    caFile === null
      ? null
      : await readFile(caFile).catch((error) => {
          throw failed(error);
        });
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: ca === null ? common : { ...common, tls: true, ca },
  });
  // Whoever waits for an answer is told; without a listener it would end the process.
  client.on('error', () => {});
  // Also of what has gone by itself: it has timers.
  const close = () => client.destroy();
  const inPatience = async <T>(work: Promise<T>): Promise<T> => {
    if (await inTime(work, ANSWER_MS_MAX)) return work;
    close();
    throw new Error(`no answer in ${ANSWER_MS_MAX} ms`);
  };
  try {
    await inPatience(client.connect());
  } catch (error) {
    close();
    throw failed(error);
  }
  return { send: (command) => inPatience(client.sendCommand(command)), close };
}
