// A fresh database for each measurement, so that ids begin at 1 and no measurement finds what another one left: on
// SQLite a file in a folder of its own, on the servers a database with a random name.
import { randomBytes } from 'node:crypto';
import { EventQueue } from './event-queue.mjs';
import { mysqlDatabase } from './mysql.mjs';
import { postgres } from './postgres.mjs';
import { sqlite } from './sqlite.mjs';

const databases = { sqlite, postgres, mysql: mysqlDatabase };

export const databaseKinds = Object.keys(databases);

/** Makes databases of one kind; they are gone when `cleanUp` has run, or earlier by `drop`. */
export class Databases {
  #database;
  #folder;
  #serverUrl;
  #cleanUp;

  constructor(kind, { folder, serverUrl, cleanUp }) {
    this.#database = databases[kind];
    this.#folder = folder;
    this.#serverUrl = serverUrl;
    this.#cleanUp = cleanUp;
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

  /** The database's version, and the settings on which it depends whether a commit is on the disk. */
  async describe() {
    const { url, drop } = await this.create();
    // SQLite's journal mode is the file's, and the product sets it.
    const queue = await EventQueue.open(url);
    const described = await this.#database.describe(url);
    await queue.close();
    await drop();
    return described;
  }

  /** A plain connection of the driver's, as an application would have it. */
  connect(url) {
    return this.#database.connect(url);
  }
}
