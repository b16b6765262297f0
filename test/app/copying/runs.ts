// Runs of copies within the test's own process, whose ends may be anything that a test puts between.
import {
  type CopyDestination,
  type CopyPlace,
  type CopySource,
  destinationAt,
  sourceAt,
} from '../../../src/relay/copy-ends.ts';
import { CopyRun, type CopyRunOptions } from '../../../src/relay/copy-run.ts';
import { parseReference } from '../../../src/relay/reference.ts';
import type { CopyTerms } from '../../../src/store/copy-job.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Warehouse } from '../../../src/store/warehouse.ts';

const TERMS: CopyTerms = {
  ...{ source: 'there', mode: 'create', ids: 'preserve', after: null, upTo: null },
  ...{ since: null, until: null, types: null, follow: false, eventsMax: null, seal: false },
  ...{ idleMs: 0, msMax: 0 },
};

export const queueAt = (store: Store, stream = 'main') =>
  ({ store, reference: parseReference(`active#${stream}`) }) as CopyPlace;
export const historyAt = (warehouse: Warehouse, stream = 'main') =>
  ({ warehouse, reference: parseReference(`warehouse#${stream}`) }) as CopyPlace;
export const filesAt = (path: string) =>
  ({ reference: parseReference(`file:${path}`) }) as CopyPlace;

export const from = (place: CopyPlace): CopySource =>
  sourceAt(place, { onInvalid: () => {}, isVerified: true });

/** The same but for some of its methods. */
export function but<T extends CopySource | CopyDestination>(end: T, changes: Partial<T>): T {
  return new Proxy(end, {
    get: (_, name) => {
      const value = changes[name as keyof T] ?? end[name as keyof T];
      return typeof value === 'function' ? value.bind(end) : value;
    },
  });
}

export interface RunWish extends Partial<Omit<CopyRunOptions, 'terms' | 'onProgress'>> {
  readonly source: CopySource;
  readonly destination: CopyDestination;
  readonly terms?: Partial<CopyTerms>;
  /** Told of each watermark. */
  readonly onWatermark?: (watermark: number) => Promise<unknown> | unknown;
}

export function copyRun({ terms, onWatermark = () => {}, ...wish }: RunWish): CopyRun {
  return new CopyRun({
    ...{ name: 'c', node: 'n', leaseMs: 500, batchMax: 10, idleMs: 0, msMax: 0 },
    failuresMax: 8,
    ...{ whenStopped: 'paused', signal: new AbortController().signal, onError: () => {} },
    ...wish,
    terms: { ...TERMS, ...terms },
    onProgress: async ({ watermark }) => {
      await onWatermark(Number(watermark));
    },
  });
}

/** Pauses it behind the batch in which it comes to `id`. */
export async function runUpTo(id: number, wish: RunWish): Promise<void> {
  const stop = new AbortController();
  const onWatermark = (watermark: number) => watermark >= id && stop.abort();
  await copyRun({ ...wish, signal: stop.signal, onWatermark }).run();
}

export const to = destinationAt;
