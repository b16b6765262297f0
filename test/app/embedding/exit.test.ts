// A process that has stopped its app ends by itself: nothing is left open that would keep it alive.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createDatabase, describeDrawnDatabase } from '../../support/databases.ts';

const ENTRY = join(__dirname, '../../../dist/src/index.js');
const EXIT_MS_MAX = 20_000;

const script = (database: string, warehouse: string) => `
  import { createApp } from ${JSON.stringify(ENTRY)};
  const app = createApp({
    database: ${JSON.stringify(database)}, warehouse: ${JSON.stringify(warehouse)},
    archiver: true, discarder: true, server: { port: 0 }, logLevel: 'error',
  });
  await app.start();
  let got = 0;
  const done = new Promise((resolve) => {
    void app.subscribe({ component: 'c', onEvents: ({ events }) => { got += events.length; if (got === 100) resolve(); } });
    void app.subscribe({ onEvents: () => {} });
  });
  for (let nth = 0; nth < 100; nth += 1) await app.generator.addEvent('A', nth);
  await done;
  await fetch(app.url + '/livez').then((answer) => answer.text());
  await app.stop();
  console.log('stopped');
`;

describeDrawnDatabase('a process that has stopped its app', (kind) => {
  it('ends by itself', async () => {
    const [database, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script(database.url, warehouse.url)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let stoppedAt = 0;
    child.stdout.on('data', () => {
      stoppedAt = performance.now();
    });
    const patience = setTimeout(() => child.kill('SIGKILL'), EXIT_MS_MAX);
    const [code] = await once(child, 'exit');
    clearTimeout(patience);
    expect(code).toBe(0);
    expect(stoppedAt).toBeGreaterThan(0);
    await Promise.all([database.drop(), warehouse.drop()]);
  });
});
