// The command line for events that a consumer could not handle, and the same in the application's own process.
import { createClient, JsonText } from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { cli, linesOf } from './run-cli.ts';

/** What parsing would change. */
const DATA = '{"big": 9007199254740993, "p": 1.50}';

describeDrawnDatabase('parked events', (kind) => {
  let node: StartedApp;
  const run = (...args: string[]) => cli(args, { env: { EVT_URL: node.url } });
  beforeEach(async () => {
    node = await startApp(kind, { retryMaxMs: 100 });
    const client = createClient({ url: node.url });
    for (const type of ['A', 'B', 'C']) await client.addEvent(type, new JsonText(DATA));
  });
  afterEach(() => node.stop());

  it('are listed, given again and dropped from the command line', async () => {
    await run('consumers', 'register', 'shop', '--park-after', '1');
    let isBroken = true;
    const socket = await RpcSocket.open(node.url, (batch) => {
      if (!isBroken) return true;
      const error = { code: 1, message: 'no\nstock' };
      socket.socket.send(JSON.stringify({ jsonrpc: '2.0', id: batch.id, error }));
      return undefined;
    });
    await socket.call('readyToReceive', { component: 'shop' });
    await until(async () => (await run('parked', 'list', 'shop')).stdout.includes('C '));
    const { stdout } = await run('parked', 'list', 'shop');
    expect(linesOf(stdout).map((line) => line.replace(/\d{4}-\S+/, 'TIME'))).toEqual([
      expect.stringMatching(/^ID +TYPE +PARKED AT +TRIES +RETRY +ERROR$/),
      ...['1', '2', '3'].map((id, nth) =>
        expect.stringMatching(new RegExp(`^${id} +${'ABC'[nth]} +TIME +1 +- +no stock$`)),
      ),
    ]);
    const json = await run('parked', 'list', 'shop', '--json');
    const line = linesOf(json.stdout)[1] ?? '';
    expect(JSON.parse(line)).toMatchObject({ id: '2', type: 'B', error: 'no\nstock', tries: 1 });
    expect(line).toContain(`"data":${DATA},`);
    const page = await createClient({ url: node.url }).listParked('shop', { limit: 2 });
    expect(page.asWritten()).toMatchObject([
      { id: '1', data: DATA },
      { id: '2', type: 'B', data: DATA, text: line },
    ]);
    expect((await run('consumers')).stdout).toMatch(/local:shop +3 +0 .* 3 +-\n/);
    isBroken = false;
    expect((await run('parked', 'retry', 'shop', '1', '2')).stdout).toBe(
      'To be given once more: 2. It goes to a reader by push; a consumer that polls, or is on the FutoIn wire, ' +
        'handles what `parked list` gives and drops it.\n',
    );
    await until(async () => linesOf((await run('parked', 'list', 'shop')).stdout).length === 2);
    const refused = await run('consumers', 'unregister', 'shop');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('parked')]);
    expect((await run('parked', 'drop', 'shop', '--all')).stdout).toBe('Dropped: 1.\n');
    expect((await run('parked', 'list', 'shop')).stdout).toBe('There are no parked events.\n');
    await socket.close();
  });

  it('and policies are refused when they are not clear', async () => {
    await run('consumers', 'register', 'shop');
    for (const args of [
      ['parked', 'drop', 'shop'],
      ['parked', 'drop', 'shop', '1', '--all'],
      ['parked', 'retry', 'shop', 'x'],
      ['parked', 'drop', 'shop', ...Array.from({ length: 1001 }, (_, nth) => String(nth))],
      ['consumers', 'change', 'shop'],
      ['consumers', 'change', 'shop', '--wait', '--park-after', '3'],
      ['consumers', 'change', 'shop', '--park-after', '0'],
      ['consumers', 'register', 'shop', '--park-after', '1001'],
    ]) {
      expect([args, (await run(...args)).code]).toEqual([args, 2]);
    }
    expect((await run('consumers', 'change', 'shop', '--park-after', '3')).code).toBe(0);
    expect((await run('consumers', 'register', 'shop', '--park-after', '3')).stdout).toBe(
      'shop is registered on main.\n',
    );
    expect((await run('consumers', 'register', 'shop', '--park-after', '4')).stdout).toBe(
      'shop was registered on main already, and keeps its policy; ' +
        'consumers change shop --park-after 4 changes it.\n',
    );
    expect((await run('consumers', 'change', 'shop', '--wait')).code).toBe(0);
  });

  it('are not there to be dropped or given again, and that is no success', async () => {
    await run('consumers', 'register', 'shop');
    for (const verb of ['drop', 'retry']) {
      expect(await run('parked', verb, 'shop', '99')).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('Event 99 is not parked for shop.'),
      });
      expect(await run('parked', verb, 'shop', '98', '99', '--json')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('None of these events is parked for shop.'),
      });
      expect((await run('parked', verb, 'shop', '--all')).code).toBe(0);
      expect((await run('parked', verb, 'shopp', '1')).stderr).toContain(
        'There is no consumer local:shopp on main.',
      );
    }
  });

  it('of the application are its own to list, give again and drop', async () => {
    const { app } = node;
    let isBroken = true;
    const parked: string[] = [];
    app.on('eventParked', ({ consumer, id }) => parked.push(`${consumer} ${id}`));
    const again: boolean[] = [];
    await app.subscribe({
      component: 'own',
      parkAfter: 2,
      onEvents: ({ isParked }) => {
        if (isBroken) throw new Error('not yet');
        again.push(isParked);
      },
    });
    await until(() => parked.length === 3);
    expect(parked).toEqual(['internal:own 1', 'internal:own 2', 'internal:own 3']);
    const page = await app.listParked('own', { limit: 2 });
    expect(page).toMatchObject({
      events: [{ id: '1' }, { id: '2', data: DATA }],
      next: { id: '2', epoch: 1 },
    });
    const rest = await app.listParked('own', { after: page.next ?? undefined });
    expect(rest).toMatchObject({ events: [{ id: '3', tries: 2 }], next: null });
    expect(await app.dropParked('own', ['3'])).toBe(1);
    isBroken = false;
    expect(await app.retryParked('own', null)).toBe(2);
    await until(async () => (await app.listParked('own')).events.length === 0);
    expect(again).toEqual([true, true]);
    await app.changeConsumer('own', null);
    expect((await app.listConsumers())[0]).toMatchObject({ parkAfter: null, parked: 0 });
  });
});
