// A tail over the restart of its server: it comes back by itself and misses nothing.
import { createDatabase, type TestDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { type CliRun, cli, startCli } from './run-cli.ts';

describe('after a restart of the server', () => {
  let database: TestDatabase;
  let server: CliRun;
  let url: string;
  const serve = async (port: string) => {
    server = startCli(['serve', '--port', port, '--database-url', database.url]);
    url = await until(() => server.lines[0]);
  };
  const publish = (type: string) => cli(['publish', type], { env: { EVT_URL: url } });
  beforeEach(async () => {
    database = await createDatabase('sqlite');
    await serve('0');
  });
  afterEach(async () => {
    await server.stop();
    await database.drop();
  });

  it.each([
    ['LIVE', ['--from', 'beginning']],
    ['LIVE from now on', []],
    ['a registered consumer', ['--component', 'one']],
  ])('a tail of %s goes on where it was', async (_, args) => {
    const reader = startCli(['tail', ...args], { env: { EVT_URL: url } });
    // The first event may come before the reader, who then does not get it from now on.
    await until(async () => (await publish('BEFORE')) && reader.lines.length > 0);
    const last = () => Number(reader.lines.at(-1)?.split(' ')[0]);
    await server.stop();
    await until(() => reader.notices.length > 0);
    await serve(new URL(url).port);
    const { stdout: meanwhile } = await publish('MEANWHILE');
    await until(() => last() === Number(meanwhile));
    const { code } = await reader.stop();
    expect(code).toBe(0);
    expect(reader.notices.at(-1)).toBe('aftercommit: connected again.');
    const ids = [...new Set(reader.lines.map((line) => Number(line.split(' ')[0])))];
    expect(ids).toEqual(ids.map((_id, place) => (ids[0] as number) + place));
  });
});
