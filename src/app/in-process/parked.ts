// Parked events for the embedding application: of its own consumers, and of everybody's.
import { aComponent, required } from '../../contract/checks.ts';
import { INTERNAL } from '../../contract/consumer.ts';
import { type EventId, NO_EVENT } from '../../contract/event-id.ts';
import { BATCH_BYTES_MAX } from '../../contract/limits.ts';
import { requireOptions, requireValue } from '../../contract/require-options.ts';
import { whileAway } from '../../contract/while-away.ts';
import type { ParkedEvent, Parking } from '../../delivery/parking.ts';
import {
  IDS,
  PARK_AFTER,
  PARKED_OPTIONS,
  PARKED_PAGE_MAX,
  PARKED_PAGE_OPTIONS,
  type ParkedFacts,
  type ParkedOptions,
  type ParkedPage,
  type ParkedPageOptions,
} from './parked-facts.ts';

const COMPONENT = required(aComponent);

export class InProcessParked {
  readonly #parking: Parking;
  readonly #databaseWaitMs: number;

  /** `databaseWaitMs`: how long a call waits for a database that is away. */
  constructor(parking: Parking, databaseWaitMs: number) {
    this.#parking = parking;
    this.#databaseWaitMs = databaseWaitMs;
  }

  async change(component: string, parkAfter: number | null, options: ParkedOptions): Promise<void> {
    requireValue('changeConsumer', 'component', component, COMPONENT);
    requireValue('changeConsumer', 'parkAfter', parkAfter, PARK_AFTER);
    requireOptions('changeConsumer', options, PARKED_OPTIONS);
    await this.#carryOut(() =>
      this.#parking.setParkAfter(consumerOf(component, options), parkAfter),
    );
  }

  async list(component: string, options: ParkedPageOptions): Promise<ParkedPage> {
    requireValue('listParked', 'component', component, COMPONENT);
    requireOptions('listParked', options, PARKED_PAGE_OPTIONS);
    const { after = { id: NO_EVENT, epoch: 1 }, limit = PARKED_PAGE_MAX } = options;
    const range = { after: { id: after.id as EventId, epoch: after.epoch }, limit };
    const page = await this.#carryOut(() =>
      this.#parking.list(consumerOf(component, options), { ...range, bytesMax: BATCH_BYTES_MAX }),
    );
    return { events: page.events.map(factsOf), next: page.next };
  }

  async retry(
    component: string,
    ids: readonly string[] | null,
    options: ParkedOptions,
  ): Promise<number> {
    requireChoice('retryParked', component, ids, options);
    const which = { ids: ids as EventId[] | null };
    return this.#carryOut(() => this.#parking.retry(consumerOf(component, options), which));
  }

  async drop(
    component: string,
    ids: readonly string[] | null,
    options: ParkedOptions,
  ): Promise<number> {
    requireChoice('dropParked', component, ids, options);
    const which = { ids: ids as EventId[] | null };
    return this.#carryOut(() => this.#parking.drop(consumerOf(component, options), which));
  }

  #carryOut<T>(work: () => Promise<T>): Promise<T> {
    return whileAway(this.#databaseWaitMs, work);
  }
}

function requireChoice(where: string, component: string, ids: unknown, options: ParkedOptions) {
  requireValue(where, 'component', component, COMPONENT);
  requireValue(where, 'ids', ids, IDS);
  requireOptions(where, options, PARKED_OPTIONS);
}

function consumerOf(component: string, { stream = 'main', principal = INTERNAL }: ParkedOptions) {
  return { principal, component, stream };
}

function factsOf({ row: [id, type, data, ts], ...event }: ParkedEvent): ParkedFacts {
  const { epoch, error, tries, since, parkedAt, isAskedFor } = event;
  return { id, epoch, type, data, ts, error, tries, since, parkedAt, isAskedFor };
}
