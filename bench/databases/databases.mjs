// A fresh database for each measurement, so that ids begin at 1 and no measurement finds what another one left: on
// SQLite a file in a folder of its own, on the servers a database with a random name.
import { randomBytes } from 'node:crypto';
import { EventQueue } from './event-queue.mjs';
import { mysqlDatabase } from './mysql.mjs';
import { postgres } from './postgres.mjs';
import { serverCpuMicros } from './server-cpu.mjs';
import { sqlite } from './sqlite.mjs';

const databases = { sqlite, postgres, mysql: mysqlDatabase };

export const databaseKinds = Object.keys(databases);

/** Makes databases of one kind; they are gone when `cleanUp` has run, or earlier by `drop`. */
export class Databases {
  #database;
  #folder;
  #serverUrl;
  #cleanUp;
  #serverPid = null;

  constructor(kind, { folder, serverUrl, cleanUp }) {
    this.#database = databases[kind];
    this.#folder = folder;
    this.#serverUrl = serverUrl;
    this.#cleanUp = cleanUp;
    this.kind = kind;
  }

  /** How many connections bare inserts are tried with. */
  get bareConnections() {
    return this.#database.bareConnections;
  }

  async create() {
    const name = `aftercommit_bench_${randomBytes(6).toString('hex')}`;
    const place = { folder: this.#folder, serverUrl: this.#serverUrl, name };
    const { url, drop } = await this.#database.create(place);
    return { url, drop: this.#cleanUp.defer(drop) };
  }

  /** True when several can write at the same time. */
  get isServer() {
    return this.#serverUrl !== undefined;
  }

  /** True when events of transactions get their ids by steps and not by the insert itself. */
  get hasSteps() {
    return this.isServer;
  }

  /** CPU time of the server so far, in microseconds; null when it cannot be seen, or is a part of Node's. */
  cpuMicros() {
    return this.#serverPid === null ? null : serverCpuMicros(this.#serverPid);
  }

  /**
   * The database's version, and the settings on which it depends whether a commit is on the disk. Comes first, since it
   * also finds the server's process.
   */
  async describe() {
    const { url, drop } = await this.create();
    // SQLite's journal mode is the file's, and the product sets it.
    const queue = await EventQueue.open(url);
    const { serverPid, ...described } = await this.#database.describe(url);
    await queue.close();
    await drop();
    this.#serverPid = serverPid;
    return described;
  }

  /** A plain connection of the driver's, as an application would have it. */
  connect(url) {
    return this.#database.connect(url);
  }
}
