// The commands of docs/copy.md, as they stand there, in their order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Store } from '../../../src/store/store.ts';
import { cli } from '../run-cli.ts';
import { Places } from './places.ts';

const places = new Places();
const folder = process.cwd();
beforeEach(() => places.open());
afterEach(async () => {
  process.chdir(folder);
  await places.close();
});

it('docs/copy.md has commands that work', async () => {
  const page = readFileSync(join(__dirname, '../../../docs/copy.md'), 'utf8');
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text);
  const commands = blocks.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  expect(commands.length).toBeGreaterThan(7);
  process.chdir(places.dir);
  const store = await Store.open({ database: 'sqlite:./shop.db', poolMax: 1, timeoutMs: 5000 });
  await store.migrate(['main']);
  await store.append('main', [
    { type: 'ORDER_PAID', data: '{"order": 17}' },
    { type: 'ORDER_SENT', data: '{"order": 17}' },
  ]);
  const copied: number[] = [];
  for (const line of commands) {
    const [name, ...args] = line.split(' ');
    expect(name).toBe('aftercommit');
    const { code, stdout, stderr } = await cli(args);
    expect([line, code, stderr]).toEqual([line, 0, '']);
    copied.push(Number(/: (\d+) events in /.exec(stdout)?.[1]));
  }
  await store.close();
  expect(copied.slice(0, 6)).toEqual([2, 1, 1, 2, 1, 2]);
});
