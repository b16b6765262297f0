// A PostgreSQL server that is examined: a client without the settings of our sessions.
import type { Client } from 'pg';
import type {
  Beside,
  ExaminationRequest,
  KeyedTable,
  Patient,
  Row,
} from '../../../examining/patient.ts';
import { placeOf } from '../../source.ts';
import {
  clientConfig,
  endClient,
  makeClient,
  prepareSession,
  type SessionOptions,
} from '../session.ts';
import { qualified, tablesNamed, textList } from '../sql-text.ts';
import { hidesTables, tablesBeside } from './schema-check.ts';

/** Those that keep rows apart at once, and all of them. */
const keysSql = (tables: readonly string[]) => `
select name, n.nspname as schema, coalesce(k.keys, '[]') as keys
  from ${tablesNamed(tables)}
 cross join lateral (
   select json_agg((select json_agg(a.attname) from pg_attribute a
                     where a.attrelid = c.oid and a.attnum = any(i.indkey[0:i.indnkeyatts - 1]))) as keys
     from pg_index i
    where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate
      and i.indpred is null and i.indexprs is null
 ) k`;

export class PostgresPatient implements Patient {
  readonly request: ExaminationRequest;
  readonly product: string;
  readonly version: number;
  readonly #client: Client;
  readonly #session: SessionOptions;

  private constructor(
    client: Client,
    session: SessionOptions,
    request: ExaminationRequest,
    version: string,
  ) {
    this.#client = client;
    this.#session = session;
    this.request = request;
    this.product = `PostgreSQL ${version}`;
    this.version = Number.parseInt(version, 10);
  }

  static async connect(request: ExaminationRequest): Promise<PostgresPatient> {
    const { url, timeoutMs } = request;
    const session = { place: placeOf(url), timeoutMs, statementMs: timeoutMs };
    const target = { settings: url, connectMs: timeoutMs, isOneOfMany: false };
    const client = makeClient(clientConfig(session, target, 'aftercommit doctor'), session);
    // A server that goes away fails what is asked next.
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query('show server_version');
      return new PostgresPatient(client, session, request, rows[0].server_version);
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }

  async ask(sql: string): Promise<Row[]> {
    return (await this.#client.query<Row>(sql)).rows;
  }

  /** By the search path, as the service finds them. */
  async tablesAmong(names: readonly string[]): Promise<Set<string>> {
    const rows = await this.ask(
      `select name from unnest(${textList(names)}) name where to_regclass(name) is not null`,
    );
    return new Set(rows.map(({ name }) => name));
  }

  hidesTables(): Promise<boolean> {
    return hidesTables(this);
  }

  tablesBeside(): Promise<Beside | null> {
    return tablesBeside(this);
  }

  async keyed(tables: readonly string[]): Promise<KeyedTable[]> {
    const rows = await this.ask(keysSql(tables));
    return rows.map(({ name, schema, keys }) => ({ name, place: qualified(schema, name), keys }));
  }

  async nowMs(): Promise<number> {
    const [row] = await this.ask('select extract(epoch from clock_timestamp()) * 1000 as ms');
    return Number(row?.ms);
  }

  async prepare(): Promise<void> {
    const { timeoutMs } = this.request;
    const target = { settings: this.request.url, connectMs: timeoutMs, isOneOfMany: false };
    await prepareSession(this.#client, target, this.#session);
    // A pooler may give the session to somebody else.
    await this.ask('reset all');
  }

  close(): Promise<void> {
    return endClient(this.#client);
  }
}
