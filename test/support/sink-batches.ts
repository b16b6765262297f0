// Batches for sinks that are tested by themselves.
import type { EventRow } from '../../src/contract/event.ts';
import type { EventId } from '../../src/contract/event-id.ts';
import { type Batch, EventList } from '../../src/contract/event-list.ts';
import type { Sink, SinkPosition } from '../../src/relay/sink.ts';
import { id } from './events.ts';
import type { KeptServer } from './kept-server.ts';

const TS = '2026-11-20T21:32:25.123Z';

/** Ids `first` to `last`, each with its number as data. */
export function rows(first: number, last: number, data = (nth: number) => `${nth}.0`): EventRow[] {
  const count = Math.max(0, last - first + 1);
  return Array.from({ length: count }, (_, nth) => row(first + nth, data(first + nth)));
}

export function row(nth: number, data: string, type = 'TEST'): EventRow {
  return [id(nth), type, data, TS];
}

/** Events, and nothing that is wanted behind them up to `upTo`. */
export function batch(events: readonly EventRow[], upTo?: number, epoch = 1): Batch {
  const last = events.at(-1)?.[0];
  const after = String(Number(events[0]?.[0] ?? upTo) - 1) as EventId;
  return { events: new EventList(events), after, upTo: upTo ? id(upTo) : (last as EventId), epoch };
}

export const at = (nth: number, epoch = 1): SinkPosition => ({ id: id(nth), epoch });

export const never = new AbortController().signal;

export function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
}

/** Why a write of events 3 and 4 has ended that was given up while the server was frozen. */
export async function givenUpAtFrozen(server: KeptServer, sink: Sink): Promise<unknown> {
  await server.freeze();
  try {
    const given = new AbortController();
    const writing = sink.write(batch(rows(3, 4)), given.signal);
    given.abort();
    return await writing.then(
      () => null,
      (error: unknown) => error,
    );
  } finally {
    await server.thaw();
  }
}
