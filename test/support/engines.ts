// Servers of NATS and Redis of a test's own, Debian's where none is installed (servers/engine-programs.mjs).
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { lastingPort } from './free-port.ts';
import { type KeptServer, startKeptServer } from './kept-server.ts';

export type EngineKind = 'nats' | 'redis';

const FINDER = join(__dirname, 'servers/find-engine.mjs');

/** Describes what happens at such a server; where none can be had it is reported as skipped, under CI as failed. */
export function describeWithEngine(kind: EngineKind, title: string, fn: () => void): void {
  // At once and not in a hook: only here it can still be skipped.
  const { error }: { error?: { message: string; install: string } } = JSON.parse(
    execFileSync(process.execPath, [FINDER, kind], { encoding: 'utf8' }),
  );
  if (error === undefined) {
    describe(title, fn);
    return;
  }
  const reason = `${error.message}; to install one: ${error.install}`;
  if (process.env.CI) throw new Error(`${title}: ${reason}`);
  describe.skip(`${title} (skipped, ${reason})`, fn);
}

/** `config`: lines of its configuration. */
export function startNats(config = ''): Promise<KeptServer> {
  return startKeptServer('nats', { config });
}

/** `config`: further arguments. */
export function startRedis(config: readonly string[] = []): Promise<KeptServer> {
  return startKeptServer('redis', { config });
}

/** Servers that keep a JetStream stream together; they take orders when they have found one another. */
export async function startNatsCluster(count: number): Promise<KeptServer[]> {
  const ports = await Promise.all(Array.from({ length: count }, () => lastingPort()));
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  const config = (port: number, nth: number) =>
    `server_name: n${nth}\ncluster { name: test, listen: "127.0.0.1:${port}", routes: [${routes}] }`;
  return Promise.all(ports.map((port, nth) => startNats(config(port, nth))));
}
