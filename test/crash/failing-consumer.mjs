// A consumer by the client that some events are too much for: it fails on every seventh, and dies of every eleventh.
//   node failing-consumer.mjs URL
// Prints the id of each event that it has handled as a line, before it acknowledges it.
import { writeSync } from 'node:fs';
import { createClient } from '../../dist/src/client/index.js';

const [url] = process.argv.slice(2);
const consumer = createClient({ url }).consumer({ component: 'c', parkAfter: 3 });
await consumer.run(({ events }) => {
  for (const { id } of events) {
    if (Number(id) % 7 === 0) throw new Error(`not ${id}`);
    if (Number(id) % 11 === 0) process.kill(process.pid, 'SIGKILL');
    writeSync(1, `${id}\n`);
  }
});
