// The nodes of a run. One stays; the others work through paths with faults, run archiver and discarder, and are ended
// and started again at random: in this process in an orderly way, or as processes of their own by kill -9.
import type { Settings } from '../../src/config/load.ts';
import { startNode } from '../support/node-process.ts';
import type { Random } from '../support/random.ts';
import type { StartedApp } from '../support/start-app.ts';

export interface NodesOptions {
  readonly first: StartedApp;
  /** Of the others, where they differ from the first. */
  readonly settings: Partial<Settings>;
  readonly areProcesses: boolean;
  readonly random: Random;
}

/** The part of the nodes that writers and readers see. */
export interface Addresses {
  /** The address of one that is there, or was a moment ago. */
  url(random: Random): string;
}

interface Node {
  readonly url: string;
  end(): Promise<unknown>;
}

/** What a process is told of the first node's settings. */
const SHARED = ['databaseUrl', 'warehouseUrl', 'workerPeriodMs', 'discardLimit'] as const;

export class Nodes implements Addresses {
  /** How often one was ended and is there again. */
  restarts = 0;
  readonly #options: NodesOptions;
  readonly #others: Node[] = [];

  constructor(options: NodesOptions) {
    this.#options = options;
  }

  async start(count: number): Promise<void> {
    for (let nth = 0; nth < count; nth += 1) this.#others.push(await this.#startOne());
  }

  url(random: Random): string {
    const all = [this.#options.first, ...this.#others];
    return (all[random.below(all.length)] as Node).url;
  }

  /** Ends one node and starts another, which fails as long as its path to the database does. */
  async restart(): Promise<void> {
    const place = this.#options.random.below(this.#others.length);
    await this.#others[place]?.end();
    for (;;) {
      const started = await this.#startOne().catch(() => null);
      if (started === null) continue;
      this.#others[place] = started;
      this.restarts += 1;
      return;
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#others.map((node) => node.end()));
  }

  async #startOne(): Promise<Node> {
    const { first, settings, areProcesses } = this.#options;
    if (!areProcesses) {
      const { url, stop } = await first.another(settings);
      return { url, end: stop };
    }
    const shared = Object.fromEntries(SHARED.map((name) => [name, first.settings[name]]));
    const { url, end } = await startNode({ ...shared, ...settings, logLevel: 'silent' });
    return { url, end: () => end('SIGKILL') };
  }
}
