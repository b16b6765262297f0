// A MySQL or MariaDB server that is examined: a connection without the settings of our sessions.
import type { Connection, RowDataPacket } from 'mysql2';
import type { ExaminationRequest, KeyedTable, Patient, Row } from '../../../examining/patient.ts';
import { within } from '../../answer-limit.ts';
import { isMysqlNoTable } from '../../db-errors.ts';
import { placeOf } from '../../source.ts';
import { literal, quoted } from '../literal.ts';
import { type Product, productOf } from '../product.ts';
import {
  answerMsMax,
  connectionOptions,
  cut,
  endConnection,
  makeConnection,
  prepareSession,
  type SessionOptions,
} from '../session.ts';
import { requireDatabase } from '../where-to.ts';

/** Answered also by a node of a cluster that has lost the others. */
const VERSION_VARIABLE = "show global variables where variable_name = 'version'";

/** A node of a cluster that answers nothing else until it is of most of the nodes again. */
export class NodeApart extends Error {
  override name = 'NodeApart';

  constructor(state: string) {
    super(`The node is not ready: its state is ${state}.`);
  }
}

/** A row for each column of each key; one without a key for a table that has none. */
const keysSql = (tables: readonly string[]) => `
select t.table_schema as home, t.table_name as name, s.index_name as key_name, s.column_name as \`column\`
  from information_schema.tables t
  left join information_schema.statistics s
    on s.table_schema = database() and s.table_name = t.table_name and s.non_unique = 0 and s.sub_part is null
 where t.table_schema = database() and t.table_name in (${textList(tables)})`;

export class MysqlPatient implements Patient {
  readonly request: ExaminationRequest;
  readonly product: string;
  readonly isMariadb: boolean;
  /** The oldest version that will do; null where this one does. */
  readonly neededVersion: string | null;
  readonly #connection: Connection;
  readonly #session: SessionOptions;

  private constructor(
    connection: Connection,
    session: SessionOptions,
    request: ExaminationRequest,
    { name, isMariadb, needed }: Product,
  ) {
    this.#connection = connection;
    this.#session = session;
    this.request = request;
    this.product = name;
    this.isMariadb = isMariadb;
    this.neededVersion = needed;
  }

  static async connect(request: ExaminationRequest): Promise<MysqlPatient> {
    const { url, timeoutMs } = request;
    requireDatabase(url);
    const session = { place: placeOf(url), timeoutMs, statementMs: timeoutMs };
    const connection = makeConnection<Connection>(
      connectionOptions(session, targetOf(url, timeoutMs)),
      session,
    );
    try {
      await new Promise<void>((resolve, reject) => {
        connection.on('error', reject);
        connection.connect((error) => (error === null ? resolve() : reject(error)));
      });
      const [row] = await ask(connection, VERSION_VARIABLE, timeoutMs);
      const patient = new MysqlPatient(connection, session, request, productOf(String(row?.Value)));
      const state = await patient.status('wsrep_ready', 'wsrep_local_state_comment');
      if (state.get('wsrep_ready') !== 'OFF' || !(await patient.isOfCluster())) return patient;
      throw new NodeApart(String(state.get('wsrep_local_state_comment')));
    } catch (error) {
      cut(connection);
      throw error;
    }
  }

  ask(sql: string): Promise<Row[]> {
    return ask(this.#connection, sql, this.request.timeoutMs);
  }

  /** It may write for itself alone for the moment. */
  async isOfCluster(): Promise<boolean> {
    const provider = (await this.variables('wsrep_provider')).get('wsrep_provider') ?? 'none';
    return provider !== 'none';
  }

  /** Global variables, by their names in small letters. */
  async variables(...names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#shown('global variables', names);
  }

  async status(...names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#shown('global status', names);
  }

  async tablesAmong(names: readonly string[]): Promise<Set<string>> {
    const rows = await this.ask(
      `select table_name as name from information_schema.tables
        where table_schema = database() and table_name in (${textList(names)})`,
    );
    return new Set(rows.map(({ name }) => name));
  }

  /** Tables that the account has no right to are not listed. */
  async isOutOfSight(table: string): Promise<boolean> {
    try {
      await this.ask(`select 1 from ${quoted(table)} limit 0`);
      return true;
    } catch (error) {
      return !isMysqlNoTable(error);
    }
  }

  async keyed(tables: readonly string[]): Promise<KeyedTable[]> {
    const rows = await this.ask(keysSql(tables));
    const names = [...new Set(rows.map(({ name }) => String(name)))];
    return names.map((name) => {
      const ofTable = rows.filter((row) => row.name === name);
      const keys = new Set(ofTable.map((row) => row.key_name));
      return {
        name,
        place: `${quoted(ofTable[0]?.home)}.${quoted(name)}`,
        keys: [...keys].map((key) =>
          ofTable.filter((row) => row.key_name === key).map((row) => row.column),
        ),
      };
    });
  }

  async nowMs(): Promise<number> {
    const [row] = await this.ask('select unix_timestamp(now(6)) * 1000 as ms');
    return Number(row?.ms);
  }

  async prepare(): Promise<void> {
    const { url, timeoutMs } = this.request;
    await prepareSession(this.#connection, targetOf(url, timeoutMs), this.#session);
  }

  close(): Promise<void> {
    return endConnection(this.#connection);
  }

  async #shown(what: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.ask(`show ${what} where variable_name in (${textList(names)})`);
    return new Map(rows.map((row) => [String(row.Variable_name).toLowerCase(), String(row.Value)]));
  }
}

/** Texts as a list of SQL; of none it is one that nothing is in. */
export function textList(texts: readonly string[]): string {
  return texts.length === 0 ? 'null' : texts.map((text) => literal(text)).join(', ');
}

function targetOf(settings: string, connectMs: number) {
  return { settings, connectMs, isOneOfMany: false };
}

function ask(connection: Connection, sql: string, timeoutMs: number): Promise<Row[]> {
  const answer = new Promise<Row[]>((resolve, reject) => {
    connection.query<RowDataPacket[]>(sql, (error, rows) =>
      error === null ? resolve(rows) : reject(error),
    );
  });
  return within({ ms: answerMsMax({ statementMs: timeoutMs }) }, answer);
}
