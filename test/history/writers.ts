// The writers of a run: two of each kind.
import type { DatabaseKind } from '../support/databases.ts';
import { openRandom, type Random } from '../support/random.ts';
import type { Addresses } from './nodes.ts';
import type { Recorder } from './recorder.ts';
import { writeBulk } from './writers/bulk.ts';
import { writeFutoinCalls } from './writers/futoin-calls.ts';
import { writeRpcCalls } from './writers/rpc-calls.ts';
import { writeTransactions } from './writers/transactions.ts';
import type { WriterOptions } from './writers/writer.ts';

export interface WritersOptions {
  readonly recorder: Recorder;
  readonly nodes: Addresses;
  readonly random: Random;
  readonly isDone: () => boolean;
  readonly kind: DatabaseKind;
  /** Where those who write by SQL find the database: each at one of its servers, by turns. */
  readonly urls: readonly string[];
}

/** Resolves when all of them have written what they will write. */
export async function startWriters(all: WritersOptions): Promise<void> {
  const { recorder, nodes, random, isDone, kind, urls } = all;
  const kinds: Record<string, (options: WriterOptions, url: string) => Promise<void>> = {
    tx: (options, url) => writeTransactions(options, kind, url),
    more_tx: (options, url) => writeTransactions(options, kind, url),
    bulk: (options, url) => writeBulk(options, kind, url),
    rpc: (options) => writeRpcCalls(options, nodes),
    futoin: (options) => writeFutoinCalls(options, nodes),
  };
  const names = Object.keys(kinds).flatMap((name) => [`${name}0`, `${name}1`]);
  await Promise.all(
    names.map((name, nth) => {
      const own = openRandom(random.seed + nth);
      const url = urls[nth % urls.length] as string;
      return kinds[name.slice(0, -1)]?.({ name, random: own, recorder, isDone }, url);
    }),
  );
}
