// Seals a stream and opens it again, over and over, to be killed at any moment.
//   node seal.mjs DATABASE_URL
// Prints a line for each change that it knows to be done.
import { writeSync } from 'node:fs';
import { Store } from '../../dist/src/store/store.js';

const store = await Store.open({ database: process.argv[2], poolMax: 2, timeoutMs: 5000 });
const { statuses } = store;
for (;;) {
  await statuses.seal('main');
  writeSync(1, 'sealed\n');
  await statuses.unseal('main');
  writeSync(1, 'open\n');
  await statuses.beginCopying('main');
  writeSync(1, 'copying\n');
  await statuses.endCopying('main', Math.random() < 0.5 ? 'open' : 'sealed');
  await statuses.unseal('main');
}
