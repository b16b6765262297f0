// A stream's history as what is copied into. It must be nobody else's: neither rows nor an archiver's watermark.
import type { Knex } from 'knex';
import { ServiceError, streamNotFound } from '../../contract/errors.ts';
import { NO_EVENT } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';
import { lastId } from '../queries/events.ts';
import { hasWatermark } from '../queries/history.ts';
import { tablesOf } from '../tables.ts';
import type { Beginning, CopyTarget, TargetState } from './target.ts';

export class HistoryTarget implements CopyTarget {
  readonly place = 'history';
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  tableOf(stream: string): string {
    return tablesOf(stream).history;
  }

  async prepare(): Promise<void> {}

  async lock(tx: Knex.Transaction, stream: string): Promise<TargetState> {
    const row = await this.#dialect.forUpdate(
      tx('evt_archives').where('stream', stream).first('stream'),
    );
    if (row === undefined) throw streamNotFound(stream);
    const newest = await lastId(tx, this.#dialect, this.tableOf(stream));
    return { newest: newest ?? NO_EVENT, status: null };
  }

  async begin(
    tx: Knex.Transaction,
    { newest }: TargetState,
    { stream, others: [other] }: Beginning,
  ): Promise<boolean> {
    const owner =
      other === undefined ? ((await hasWatermark(tx, stream)) ? 'an archive' : null) : other.name;
    if (newest === NO_EVENT && owner === null) return true;
    const whose = owner === null ? `has events up to ${newest}` : `belongs to ${owner}`;
    throw new ServiceError('DestinationExists', {
      message: `The history of stream ${stream} ${whose}: a copy begins in an empty one.`,
      details: { stream, newest },
    });
  }

  async startAt(): Promise<void> {}

  requireTaken(): void {}

  async grow(): Promise<void> {}

  async release(): Promise<void> {}
}
