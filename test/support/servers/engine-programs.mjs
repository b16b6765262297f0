// Where `nats-server` and `redis-server` come from: what TEST_NATS_SERVER or TEST_REDIS_SERVER
// names, what is installed, else the distribution's packages, unpacked once into
// node_modules/.cache. AFTERCOMMIT_TEST_SERVERS=embedded passes over what is installed.
import { join } from 'node:path';
import { keptPackages } from './kept-packages.mjs';
import { findPrograms, run } from './program.mjs';

const engines = {
  nats: {
    name: 'nats-server',
    variable: 'TEST_NATS_SERVER',
    packages: ['nats-server'],
    unpacked: 'usr/sbin/nats-server',
  },
  redis: {
    name: 'redis-server',
    variable: 'TEST_REDIS_SERVER',
    // The first is a link to a program of the second.
    packages: ['redis-server', 'redis-tools'],
    unpacked: 'usr/bin/redis-server',
  },
};

/** The command that installs a server where none was found. */
export function installEngine(kind) {
  const { name } = engines[kind];
  return process.platform === 'darwin'
    ? `brew install ${name.replace('redis-server', 'redis')}`
    : `apt-get install ${name}`;
}

/** Finds `{ path, env }` of a server that really runs. */
export async function findEngine(kind) {
  const { name, variable, packages, unpacked } = engines[kind];
  const named = process.env[variable];
  if (named) return probe({ path: named, env: {} });
  const isPassedOver = process.env.AFTERCOMMIT_TEST_SERVERS === 'embedded';
  const installed = isPassedOver
    ? []
    : await findPrograms([name], ['/usr/sbin', '/usr/local/sbin']);
  for (const path of installed) {
    const engine = await probe({ path, env: {} }).catch(() => null);
    if (engine !== null) return engine;
  }
  try {
    return await keptPackages(name, packages, (root, env) =>
      probe({ path: join(root, unpacked), env }),
    );
  } catch (error) {
    throw new Error(
      `no ${name} is installed, and its package cannot be unpacked: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

async function probe(engine) {
  await run(engine.path, ['--version'], { env: engine.env });
  return engine;
}
