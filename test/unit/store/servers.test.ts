// The servers of one database: which of them is connected to.
import { Servers, urlsOf } from '../../../src/store/dialects/servers.ts';

describe('the URLs of the servers', () => {
  it.each([
    [
      'postgres://u:p@a:5432,b:5433/db?x=1',
      ['postgres://u:p@a:5432/db?x=1', 'postgres://u:p@b:5433/db?x=1'],
    ],
    ['mysql://n1,n2,n3/db', ['mysql://n1/db', 'mysql://n2/db', 'mysql://n3/db']],
    ['postgres://[::1]:1,[::2]:2', ['postgres://[::1]:1', 'postgres://[::2]:2']],
    ['postgres://u,v:p,q@a/d,b', ['postgres://u,v:p,q@a/d,b']],
    ['mysql://a/db?x=1,2', ['mysql://a/db?x=1,2']],
  ])('%s', (url, urls) => {
    expect(urlsOf(url)).toEqual(urls);
  });
});

describe('of several servers', () => {
  let away: Set<string>;
  let moves: string[];
  let cut: string[];
  let servers: Servers;
  const connect = async (url: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (away.has(url)) throw new Error(`${url} is away`);
    return url;
  };
  const open = () => servers.connect({ connect, cut: (url) => cut.push(url) });
  beforeEach(() => {
    away = new Set();
    moves = [];
    cut = [];
    servers = new Servers(['pg://a', 'pg://b', 'pg://c']);
    servers.onMoved = (host) => moves.push(host);
  });

  it('the first is connected to', async () => {
    const { connection, isKept } = await open();
    expect([connection, isKept(), moves]).toEqual(['pg://a', true, []]);
  });

  it('the next healthy one is, and is kept when the first is back', async () => {
    const first = await open();
    away.add('pg://a').add('pg://b');
    expect((await open()).connection).toBe('pg://c');
    expect(first.isKept()).toBe(false);
    away.clear();
    expect((await open()).connection).toBe('pg://c');
    away.add('pg://c');
    expect((await open()).connection).toBe('pg://a');
    expect(moves).toEqual(['c', 'a']);
  });

  it('none is when all are away, and what the kept one failed with is told', async () => {
    away.add('pg://a').add('pg://b').add('pg://c');
    await expect(open()).rejects.toThrow('pg://a is away');
    expect(moves).toEqual([]);
  });

  it('all connections are to the same, also those that were on their way', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = servers.connect({
      connect: async (url) => {
        if (url === 'pg://a') await held;
        return connect(url);
      },
      cut: (url) => cut.push(url),
    });
    away.add('pg://a');
    expect((await open()).connection).toBe('pg://b');
    away.clear();
    letGo();
    const { connection, isKept } = await slow;
    expect([connection, isKept(), cut, moves]).toEqual(['pg://b', true, ['pg://a'], ['b']]);
  });
});
