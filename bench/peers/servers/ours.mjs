// The product on a fresh database, in a process of its own as the bench runs it, with the principal that the lean
// clients are: both servers look at the credentials of every message.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventQueue } from '../../databases/event-queue.mjs';
import { Child } from '../../processes/child.mjs';
import { PRINCIPAL } from '../processes/wire/address.mjs';

/** Gives `{ url, queue, cpuMicros, stop }`. */
export async function startOurs(databases, place, settings = {}) {
  const { url: databaseUrl, drop } = await databases.create();
  const queue = await EventQueue.open(databaseUrl);
  const app = Child.start('app-process.mjs', place);
  const credentials = await writeCredentials(place.folder);
  const url = await app.ask('start', { databaseUrl, credentials, ...settings });
  return {
    url,
    queue,
    cpuMicros: () => app.ask('cpuMicros'),
    async stop() {
      await app.stop();
      await queue.close();
      await drop();
    },
  };
}

async function writeCredentials(folder) {
  const path = join(folder, 'credentials.json');
  const sha256 = createHash('sha256').update(PRINCIPAL.password).digest('hex');
  const principal = { name: PRINCIPAL.name, keys: [{ sha256 }], may: ['generate', 'consume'] };
  await writeFile(path, JSON.stringify({ principals: [principal] }), { mode: 0o600 });
  return path;
}
