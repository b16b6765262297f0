// The handle for the hot statements, which run synchronously: a whole transaction takes one turn of the event loop, so
// two of this process never meet half-way. A file that another process holds is waited for without blocking this one.
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { QueueOf } from '../../dialect.ts';
import { isReadableSql } from '../../tables.ts';
import { isSqliteBusy } from '../db-errors.ts';
import { whenFree } from './busy.ts';
import {
  prepareStream,
  prepareTable,
  type StreamStatements,
  type TableStatements,
} from './statements.ts';

export class HotHandle {
  readonly #handle: DatabaseSyncInstance;
  readonly #timeoutMs: number;
  readonly #givenUp: AbortSignal | undefined;
  readonly #statements = new Map<string, StreamStatements>();
  readonly #tables = new Map<string, TableStatements>();

  readonly #dataVersion: StatementSyncInstance;
  readonly #begin: StatementSyncInstance;
  readonly #commit: StatementSyncInstance;

  constructor(handle: DatabaseSyncInstance, timeoutMs: number, givenUp?: AbortSignal) {
    this.#handle = handle;
    this.#dataVersion = handle.prepare('pragma data_version');
    this.#begin = handle.prepare('begin immediate');
    this.#commit = handle.prepare('commit');
    this.#timeoutMs = timeoutMs;
    this.#givenUp = givenUp;
  }

  /** The prepared statements of a stream; its tables are there. */
  of(stream: string): StreamStatements {
    let statements = this.#statements.get(stream);
    if (statements === undefined) {
      statements = prepareStream(this.#handle, stream);
      this.#statements.set(stream, statements);
    }
    return statements;
  }

  /** Those of a table of events, which is there; of the stream's queue, when it is one. */
  ofTable(table: string, queueOf?: QueueOf): TableStatements {
    const key = `${table} ${queueOf?.epoch ?? ''}`;
    let statements = this.#tables.get(key);
    if (statements === undefined) {
      statements = prepareTable(this.#handle, table, queueOf && isReadableSql(queueOf));
      this.#tables.set(key, statements);
    }
    return statements;
  }

  read<T>(work: () => T): Promise<T> {
    return whenFree(work, this.#timeoutMs, this.#givenUp);
  }

  /** Runs `work` as a transaction. */
  write<T>(work: (handle: DatabaseSyncInstance) => T): Promise<T> {
    return whenFree(
      () => {
        this.#begin.run();
        try {
          const result = work(this.#handle);
          this.#commit.run();
          return result;
        } catch (error) {
          // Some failures (disk full) have ended the transaction already.
          if (this.#handle.isTransaction) this.#handle.exec('rollback');
          throw error;
        }
      },
      this.#timeoutMs,
      this.#givenUp,
    );
  }

  /** Another one when another connection has committed; null when the file is held just now, or was closed. */
  dataVersion(): number | null {
    if (!this.#handle.isOpen) return null;
    try {
      return (this.#dataVersion.get() as { data_version: number }).data_version;
    } catch (error) {
      if (isSqliteBusy(error)) return null;
      throw error;
    }
  }

  close(): void {
    this.#handle.close();
  }
}
