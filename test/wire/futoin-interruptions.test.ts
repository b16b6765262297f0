// What the clients live through when an answer or the server itself gets lost.
import { describeDrawnDatabase } from '../support/databases.ts';
import { startApp } from '../support/start-app.ts';
import { openTcpPath } from '../support/tcp-path.ts';
import { bench } from './judge/bench.ts';
import { PUSH, RawSocket } from './judge/raw.ts';
import { USER } from './judge/target.ts';

/** A way to the server that cuts a connection instead of letting its answer through, as often as it is told. */
async function openCutter(place: string) {
  const target = new URL(`http://${place}`);
  const state = { cutsLeft: 0 };
  const { url, close } = await openTcpPath(target.href, (near, far) => {
    near.pipe(far);
    far.on('data', (data) => {
      if (state.cutsLeft > 0) {
        state.cutsLeft -= 1;
        near.destroy();
        far.destroy();
      } else near.write(data);
    });
  });
  return { state, place: `${new URL(url).host}${target.pathname}`, close };
}

describeDrawnDatabase('an interruption', (kind) => {
  const own = bench(kind);

  it('that swallows the answer to addEvent makes the client send it again, and the event is there twice', async () => {
    const cutter = await openCutter(own.target.place);
    const endpoint = `secure+http://${cutter.place}`;
    const gen = await own.judge.face('gen', { endpoint, credentials: USER });
    expect(await gen.addEvent('ONCE', 'first')).toBe('1');
    cutter.state.cutsLeft = 1;
    // The id is that of the second one: nobody knows of the first.
    expect(await gen.addEvent('AGAIN', 'second')).toBe('3');
    const events = await own.poll.pollEvents('LIVE', '1');
    expect(events.map(({ id, type, data }) => [id, type, data])).toEqual([
      ['2', 'AGAIN', 'second'],
      ['3', 'AGAIN', 'second'],
    ]);
    await gen.close();
    await cutter.close();
  });
});

it('a graceful stop is told to whoever is connected', async () => {
  const node = await startApp('sqlite');
  const socket = await RawSocket.open(`${new URL(node.url).host}/futoin`);
  expect(await socket.call(`${PUSH}:readyToReceive`, { component: 'LIVE' })).toMatchObject({
    r: true,
  });
  await node.stop();
  expect(await socket.closed).toBe(1001);
});
