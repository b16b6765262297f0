// A replay over a real WebSocket, while new events arrive: a registered consumer begins at the first event, half of the
// stream being in the warehouse and no longer in the queue. The same number of events that are all in the queue stands
// against it.
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuPerEvent, metered } from '../kit/cpu.mjs';
import { draftOf } from '../kit/draft.mjs';
import { compareRates } from '../kit/figures.mjs';
import { inRounds } from '../kit/rounds.mjs';
import { Child } from '../processes/child.mjs';
import { RpcClient } from '../processes/rpc-client.mjs';
import { startNode } from '../processes/service-node.mjs';

const ROUNDS_MAX = 3;
const BATCH_MAX = 1000;
const LOOK_MS = 50;
/** Between two events that arrive meanwhile. */
const ARRIVAL_MS = 5;

/** Gives a figure, and the faults of every replay. */
export async function measureReplay(databases, { rounds, replayEvents }, place) {
  const receiver = Child.start('receiver.mjs', place);
  const queued = await startNode(databases, place, { settings: { batchMax: BATCH_MAX } });
  await queued.queue.fill(replayEvents);
  const warehouse = await databases.create();
  const archived = await startArchived(databases, place, warehouse.url, replayEvents);
  const { results, faults } = await inRounds(Math.min(rounds, ROUNDS_MAX), {
    archived: () => replay(archived, receiver, replayEvents),
    queued: () => replay(queued, receiver, replayEvents),
  });

  await receiver.stop();
  for (const node of [archived, queued]) await node.stop();
  await warehouse.drop();
  const figure = {
    name: `replay of ${replayEvents.toLocaleString('en')}, half of them archived`,
    floorName: 'all of them queued',
    ...compareRates(results.archived, results.queued),
    ...cpuPerEvent(results.archived),
  };
  return { figures: [figure], faults };
}

/** A node whose stream has its first half in the warehouse alone. */
async function startArchived(databases, place, warehouseUrl, count) {
  const settings = { batchMax: BATCH_MAX, warehouseUrl, archiver: true, discarder: true };
  const node = await startNode(databases, place, { settings });
  await node.queue.fill(count);
  const half = String(count / 2);
  const client = await RpcClient.open(node.url);
  await client.call('registerConsumer', { component: 'first' });
  await client.call('pollEvents', { component: 'first', last_id: half, limit: 1 });
  while ((await client.call('streamInfo', {})).discarded_up_to !== half) await sleep(LOOK_MS);
  await client.close();
  return node;
}

let replays = 0;

async function replay({ url, meters }, receiver, count) {
  replays += 1;
  const component = `replay_${replays}`;
  let isOver = false;
  const adding = addUntil(url, () => isOver);
  const { ms, faults, cpu } = await metered(meters, () =>
    receiver.ask('takeBacklog', { url, component, count, isGrowing: true }),
  );
  isOver = true;
  await adding;
  return { perSecond: count / (ms / 1000), events: count, cpu, faults };
}

/** One event after the other, each with the number that its id tells. */
async function addUntil(url, isOver) {
  const client = await RpcClient.open(url);
  const { last } = await client.call('streamInfo', {});
  for (let n = Number(last); !isOver(); n += 1) {
    const { type, data } = draftOf(n);
    await client.callText('addEvent', `{"type":"${type}","data":${data}}`);
    await sleep(ARRIVAL_MS);
  }
  await client.close();
}
