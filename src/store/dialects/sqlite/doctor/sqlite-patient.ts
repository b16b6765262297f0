// A SQLite file that is examined, opened for reading; one that is not there yet has nothing in it, and is not made.
import { existsSync } from 'node:fs';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ExaminationRequest, Patient, Row } from '../../../examining/patient.ts';
import { whenFree } from '../busy.ts';
import { type DatabaseClass, filePath, loadDriver, versionOf } from '../driver.ts';

export class SqlitePatient implements Patient {
  readonly request: ExaminationRequest;
  readonly product: string;
  readonly file: string;
  readonly isThere: boolean;
  readonly #Driver: DatabaseClass;
  readonly #handle: DatabaseSyncInstance | null;

  private constructor(
    Driver: DatabaseClass,
    handle: DatabaseSyncInstance | null,
    request: ExaminationRequest,
    file: string,
  ) {
    this.#Driver = Driver;
    this.#handle = handle;
    this.request = request;
    this.file = file;
    this.isThere = handle !== null;
    this.product = `SQLite ${versionOf(Driver)}`;
  }

  static async connect(request: ExaminationRequest): Promise<SqlitePatient> {
    const file = filePath(request.url);
    const Driver = await loadDriver();
    if (!existsSync(file)) return new SqlitePatient(Driver, null, request, file);
    const handle = new Driver(file, { timeout: 0, readOnly: true });
    const patient = new SqlitePatient(Driver, handle, request, file);
    try {
      await patient.ask('select count(*) from sqlite_master');
      return patient;
    } catch (error) {
      handle.close();
      throw error;
    }
  }

  async ask(sql: string): Promise<Row[]> {
    const handle = this.#handle;
    if (handle === null) return [];
    return whenFree(() => handle.prepare(sql).all(), this.request.timeoutMs);
  }

  async tablesAmong(names: readonly string[]): Promise<Set<string>> {
    const rows = await this.ask("select name from sqlite_master where type = 'table'");
    const there = new Set(rows.map(({ name }) => String(name)));
    return new Set(names.filter((name) => there.has(name)));
  }

  /** That of this machine. */
  async nowMs(): Promise<number> {
    return Date.now();
  }

  /** Takes the lock of writers and gives it back, with nothing written in between. */
  async lock(): Promise<void> {
    const handle = new this.#Driver(this.file, { timeout: 0 });
    try {
      await whenFree(() => handle.exec('begin immediate'), this.request.timeoutMs);
      handle.exec('rollback');
    } finally {
      handle.close();
    }
  }

  /** Sessions have no settings here that a file could refuse. */
  async prepare(): Promise<void> {}

  async close(): Promise<void> {
    this.#handle?.close();
  }
}
