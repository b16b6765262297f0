// A stream's queue as what is copied into. Its status is `copying` meanwhile, so nobody else gets an id; every batch
// moves `next_id` with its rows under the row lock of the stream.
import type { Knex } from 'knex';
import { ServiceError } from '../../contract/errors.ts';
import type { EventRow } from '../../contract/event.ts';
import { type EventId, idPlus, NO_EVENT } from '../../contract/event-id.ts';
import type { Dialect, OpenDatabase } from '../dialect.ts';
import { listHolders } from '../queries/consumers.ts';
import { lockStream, setNextId, setStatus, startBehind, streamState } from '../queries/streams.ts';
import type { Runner } from '../runner.ts';
import type { StreamStatuses } from '../stream-statuses.ts';
import { tablesOf } from '../tables.ts';
import { isDense } from '../unbroken.ts';
import type { Beginning, CopyTarget, TargetState } from './target.ts';

export class QueueTarget implements CopyTarget {
  readonly place = 'queue';
  readonly #reader: Knex;
  readonly #dialect: Dialect;
  readonly #run: Runner;
  readonly #statuses: StreamStatuses;

  constructor(
    { reader, dialect }: Pick<OpenDatabase, 'reader' | 'dialect'>,
    run: Runner,
    statuses: StreamStatuses,
  ) {
    this.#reader = reader;
    this.#dialect = dialect;
    this.#run = run;
    this.#statuses = statuses;
  }

  tableOf(stream: string): string {
    return tablesOf(stream).queue;
  }

  prepare(stream: string): Promise<void> {
    return this.#statuses.numberEarlier(stream);
  }

  lock(tx: Knex.Transaction, stream: string): Promise<TargetState> {
    return lockStream(tx, this.#dialect, stream);
  }

  async begin(
    tx: Knex.Transaction,
    { newest, status }: TargetState,
    { stream, terms, others }: Beginning,
  ): Promise<boolean> {
    if (status === 'sealed') throw new ServiceError('StreamSealed', { details: { stream } });
    requireRoom(stream, newest, terms.mode);
    const isShared = [terms, ...others.map((other) => other.terms)].every(
      ({ mode, ids }) => mode === 'append' && ids === 'reassign',
    );
    const [other] = others;
    if (status === 'copying') {
      if (other === undefined) return false;
      const message = `The stream ${stream} is being copied into by ${other.name}.`;
      if (!isShared) throw new ServiceError('StreamBusy', { message, details: { stream } });
    }
    await setStatus(tx, stream, 'copying');
    return true;
  }

  /**
   * What stands before the range counts as discarded, so that who asks for it is told. Whoever is registered already
   * would be cut off from what comes: for him it is a gap.
   */
  async startAt(
    tx: Knex.Transaction,
    { stream, terms, range: { after } }: Pick<Beginning, 'stream' | 'terms' | 'range'>,
  ): Promise<void> {
    if (terms.ids !== 'preserve' || after === NO_EVENT) return;
    const known = await listHolders(tx, this.#dialect, stream);
    if (known.length === 0) await startBehind(tx, stream, after);
  }

  requireTaken({ status }: TargetState, stream: string): void {
    if (status === 'copying') return;
    throw new ServiceError('CopyConflict', {
      message: `The stream ${stream} is ${status}, and is not copied into any more.`,
      details: { stream, status },
    });
  }

  async grow(
    tx: Knex.Transaction,
    stream: string,
    { newest }: TargetState,
    rows: readonly EventRow[],
  ): Promise<void> {
    const last = rows.at(-1)?.[0];
    if (last === undefined) return;
    // An id that is left out in the source, or not wanted, is left out here too.
    const gapsUpTo = isDense(newest, rows) ? null : last;
    await setNextId(tx, stream, idPlus(last, 1), gapsUpTo);
  }

  async release(
    stream: string,
    then: 'open' | 'sealed',
    isFree: (db: Knex) => Promise<boolean>,
  ): Promise<void> {
    const find = () => streamState(this.#reader, this.#dialect, stream);
    const { status } = await this.#run.repeatable('releaseStream', find);
    // Whoever has it since had it opened again.
    if (status === 'copying') await this.#statuses.endCopying(stream, then, isFree);
  }
}

/** Throws unless a new stream is empty. */
function requireRoom(stream: string, newest: EventId, mode: 'create' | 'append'): void {
  if (mode === 'append' || newest === NO_EVENT) return;
  throw new ServiceError('DestinationExists', {
    message: `The stream ${stream} has had events up to ${newest}: a copy begins in an empty one, or appends.`,
    details: { stream, newest },
  });
}
