// Three nodes of a real Galera cluster, each a process of its own, to be killed and started again.
import { randomBytes } from 'node:crypto';
import { lastingPort } from '../support/free-port.ts';
import { type KeptServer, startKeptServer } from '../support/kept-server.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const NODES = 3;
const SIZE = "show global status like 'wsrep_cluster_size'";
const STATE = "show global status like 'wsrep_local_state_comment'";

const CONFLICTS = ['wsrep_local_cert_failures', 'wsrep_local_bf_aborts'].map(
  (name) => `show global status like '${name}'`,
);

/** For clients, for the group, and for a copy of all or of what is lacking. */
async function portsOfNode() {
  const [sql, group, copy, catchUp] = [
    await lastingPort(),
    await lastingPort(),
    await lastingPort(),
    await lastingPort(),
  ];
  return { sql, group, copy, catchUp };
}

export class GaleraCluster {
  #databases = 0;
  readonly nodes: readonly KeptServer[];

  private constructor(nodes: readonly KeptServer[]) {
    this.nodes = nodes;
  }

  static async start(): Promise<GaleraCluster> {
    const password = randomBytes(12).toString('hex');
    const ports = await Promise.all(Array.from({ length: NODES }, portsOfNode));
    const nodes: KeptServer[] = [];
    try {
      // The first makes the cluster, the next ones copy it.
      for (let nth = 0; nth < NODES; nth += 1) {
        nodes.push(await startKeptServer('galera', { ports, nth, password }));
      }
    } catch (error) {
      for (const node of nodes) await node.close();
      throw error;
    }
    return new GaleraCluster(nodes);
  }

  node(nth: number): KeptServer {
    return this.nodes[nth] as KeptServer;
  }

  /** Makes an empty database and gives its URL at each node. */
  async createDatabase(): Promise<string[]> {
    this.#databases += 1;
    const name = `events_${this.#databases}`;
    await this.#read(0, `create database ${name}`);
    return this.nodes.map(({ url }) => Object.assign(new URL(url), { pathname: `/${name}` }).href);
  }

  /** One URL for the nodes in this order. */
  urlOf(urls: readonly string[], order: readonly number[]): string {
    const all = order.map((nth) => new URL(urls[nth] as string));
    return (urls[0] as string).replace(
      new URL(urls[0] as string).host,
      all.map(({ host }) => host).join(),
    );
  }

  /** How often a node's own work was refused for the sake of another's, on all of them since they were started. */
  async conflicts(): Promise<number> {
    let count = 0;
    for (let nth = 0; nth < NODES; nth += 1) {
      for (const value of await this.#read(nth, ...CONFLICTS)) count += Number(value);
    }
    return count;
  }

  /** The nodes that are named, killed with -9. */
  async crash(...nth: readonly number[]): Promise<void> {
    await Promise.all(nth.map((each) => this.node(each).crash()));
  }

  /** Starts those that were killed, once the others have missed them; resolves when all have what all have. */
  async bringBack(...nth: readonly number[]): Promise<void> {
    const left = NODES - nth.length;
    const watcher = this.nodes.findIndex((_, each) => !nth.includes(each));
    // A node that comes back before it was missed takes up what it was, and nobody answers it.
    if (watcher >= 0) await until(async () => (await this.#sizeAt(watcher)) <= left, 60_000);
    await Promise.all(nth.map((each) => this.node(each).start()));
    await this.isWhole();
  }

  async isWhole(): Promise<void> {
    for (let nth = 0; nth < NODES; nth += 1) {
      await until(async () => {
        const [state, size] = await this.#read(nth, STATE, SIZE).catch(() => []);
        return state === 'Synced' && Number(size) === NODES;
      }, 60_000);
    }
  }

  async close(): Promise<void> {
    // The first holds what the others were copied from.
    for (const node of [...this.nodes].reverse()) await node.close();
  }

  async #sizeAt(nth: number): Promise<number> {
    const [size] = await this.#read(nth, SIZE);
    return Number(size);
  }

  async #read(nth: number, ...statements: readonly string[]): Promise<unknown[]> {
    const sql = await openSqlSession('mysql', this.node(nth).url);
    try {
      const values: unknown[] = [];
      for (const each of statements) values.push((await sql.run(each))[0]?.Value);
      return values;
    } finally {
      await sql.close();
    }
  }
}
