// A server of a test's own (servers/own-server.mjs), to be killed, frozen and started again; gone when closed, and when
// the test run goes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(__dirname, 'servers/own-server.mjs');

export interface KeptServer {
  readonly url: string;
  /** Kills it with -9, its children too; resolves when it is gone. */
  crash(): Promise<void>;
  /** Shuts it down in order; resolves when it is gone. */
  halt(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Starts it again on the same port and data; resolves when it takes connections. */
  start(): Promise<void>;
  /** Ends it and removes its data, whatever state it is in. */
  close(): Promise<void>;
}

export async function startKeptServer(kind: string, options: object): Promise<KeptServer> {
  const child = spawn(process.execPath, [PROGRAM, kind, JSON.stringify(options)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    const said: { url?: string; error?: string } = done
      ? { error: 'it has gone' }
      : JSON.parse(value);
    if (said.error !== undefined) throw new Error(`The server of the test's own: ${said.error}`);
    return said;
  };
  const order = async (name: string) => {
    child.stdin.write(`${name}\n`);
    await read();
  };
  const { url = '' } = await read();
  return {
    url,
    crash: () => order('crash'),
    halt: () => order('halt'),
    freeze: () => order('freeze'),
    thaw: () => order('thaw'),
    start: () => order('start'),
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
