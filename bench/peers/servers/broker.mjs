// Redis and NATS in throw-away folders on free ports, for the peers that keep their jobs or messages there. Each runs
// in the care of a child of the bench, which ends it when the bench is gone, however it went.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { findPrograms, run } from '../../../test/support/servers/program.mjs';
import { Child } from '../../processes/child.mjs';

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin'];
const INSTALL_MS_MAX = 120_000;

/** Gives `{ url, version, durability, stop }`, or `{ absent }` with what to do about it. `kind` is redis or nats. */
export async function startBroker(kind, place) {
  const name = `${kind}-server`;
  const program = (await find(name)) ?? (await install(name));
  if (program === undefined) {
    return { absent: `${kind}: install it with \`apt-get install ${name}\`` };
  }
  const folder = await mkdtemp(join(place.folder, `${kind}-`));
  const keeper = Child.start('../peers/processes/broker-keeper.mjs', place);
  const { port, durability } = await keeper.ask('start', { kind, program, folder });
  const version = await run(program, ['--version'], { folder });
  return {
    url: `${kind}://127.0.0.1:${port}`,
    version: version.match(/\d+\.\d+\.\d+/)[0],
    durability,
    stop: keeper.stop,
  };
}

async function find(name) {
  return (await findPrograms([name], FOLDERS))[0];
}

/** Only root can. */
async function install(name) {
  if (process.getuid?.() !== 0) return undefined;
  const args = ['install', '-y', '--no-install-recommends', name];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', args, { env, msMax: INSTALL_MS_MAX }).catch((error) => {
    process.stderr.write(`peers: ${error.message}\n`);
  });
  return find(name);
}
