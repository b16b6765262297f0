// The conversation of docs/rpc.md, line by line, with a new stream: what a reader of the page would see.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const PAGE = readFileSync(join(__dirname, '../../docs/rpc.md'), 'utf8');
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

interface Exchange {
  readonly said: string;
  /** In any order. */
  readonly heard: string[];
}

const exchanges: Exchange[] = [];
for (const [, way, text = ''] of PAGE.matchAll(/^(-->|<--) (\{.*)$/gm)) {
  if (way === '-->') exchanges.push({ said: text, heard: [] });
  else exchanges.at(-1)?.heard.push(text);
}

const plain = (text: string) => text.replace(TIME, 'TIME');

let exportDir: string;
let started: StartedApp;
beforeAll(async () => {
  exportDir = await mkdtemp(join(tmpdir(), 'aftercommit-page-'));
  started = await startApp('sqlite', { exportDir });
});
afterAll(async () => {
  await started.stop();
  await rm(exportDir, { recursive: true });
});

it('is what the server says', async () => {
  const socket = new WebSocket(`${started.url.replace('http', 'ws')}/rpc`);
  const heard: string[] = [];
  socket.on('message', (text) => heard.push(text.toString()));
  await new Promise((resolve) => socket.on('open', resolve));
  expect(exchanges.length).toBeGreaterThan(20);
  for (const { said, heard: expected } of exchanges) {
    const wanted = expected.map(plain).sort();
    const ask = async () => {
      heard.length = 0;
      socket.send(said);
      await until(() => heard.length >= wanted.length);
      return heard.map(plain).sort();
    };
    // What goes on in the background is asked for until it is there.
    if (said.includes('copyStatus')) await until(async () => `${await ask()}` === `${wanted}`);
    else expect([said, await ask()]).toEqual([said, wanted]);
  }
  socket.close();
});
