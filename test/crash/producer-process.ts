// A process that writes events in transactions of its own (producer.mjs), and what it said about them.
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseKind } from '../support/databases.ts';
import { spawnScript } from './script.ts';

const PROGRAM = join(__dirname, 'producer.mjs');

/** What all producers of a test have said. */
export interface Said {
  readonly asked: Set<string>;
  readonly committed: Set<string>;
  readonly undone: Set<string>;
}

export const openSaid = (): Said => ({ asked: new Set(), committed: new Set(), undone: new Set() });

export interface ProducerProcess {
  /** Kills it with -9; resolves when all that it has said is in `said`. */
  kill(): Promise<void>;
}

export interface ProducerOptions {
  readonly kind: DatabaseKind;
  readonly url: string;
  /** Makes its data differ from all other's. */
  readonly name: string;
  readonly writers: number;
  readonly said: Said;
}

export function startProducer({
  kind,
  url,
  name,
  writers,
  said,
}: ProducerOptions): ProducerProcess {
  const child = spawnScript(PROGRAM, [kind, url, name, String(writers)]);
  const lines = createInterface({ input: child.stdout });
  const closed = once(lines, 'close');
  lines.on('line', (line) => {
    const [what = '', ...rest] = line.split(' ');
    said[what as keyof Said].add(rest.join(' '));
  });
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
