// Producing with 128 calls in flight: our addEvent in process, held against job queues on the same PostgreSQL server,
// and against BullMQ on Redis and NATS JetStream for each of our databases. Each in a process of its own.
import { compareRates, median } from '../../kit/figures.mjs';
import { Child } from '../../processes/child.mjs';
import { inPeerRounds } from '../kit/peer-rounds.mjs';
import { startBroker } from '../servers/broker.mjs';

const IN_FLIGHT = 128;
/** What the peers that need most need. The package that brings it is for Linux on x64. */
const NODE_MAJOR_MIN = 24;
const PEERS = [
  {
    product: 'pg-boss',
    call: 'pg-boss send()',
    kind: 'postgres',
    reach: 20,
    note:
      'a queue of jobs: no total order, each job goes to one worker; a statement and a commit for each call over 10 ' +
      'connections; insert() takes many at once, which the caller has to gather',
  },
  {
    product: 'graphile-worker',
    call: 'graphile-worker addJob()',
    kind: 'postgres',
    reach: 30,
    note:
      'a queue of jobs: no total order, each job goes to one worker; a statement and a commit for each call over 10 ' +
      'connections; addJobs() takes many at once, which the caller has to gather',
  },
  {
    product: 'bullmq',
    call: 'BullMQ add()',
    broker: 'redis',
    reach: 2.5,
    note:
      'a queue of jobs: each goes to one worker, no transaction with an SQL database; addBulk() takes many at once, ' +
      'which the caller has to gather',
  },
  {
    product: 'jetstream',
    call: 'NATS JetStream publish()',
    broker: 'nats',
    reach: null,
    note: 'a log in order like ours; no transaction with an SQL database, no SQL over the events',
  },
];

/** Gives figures, the faults of every slice, and what could not be measured. */
export async function measureProduce(databases, { rounds, sliceMs }, place) {
  const { url, drop } = await databases.create();
  const ours = await openProducer('ours', url, place);
  const opened = [];
  const absent = [];
  for (const peer of PEERS.filter(({ kind = place.kind }) => kind === place.kind)) {
    const found = await openPeer(peer, databases, place);
    if (found.absent === undefined) opened.push({ ...peer, ...found });
    else absent.push(found.absent);
  }
  const produce = (producer) => () => producer.ask('produce', { inFlight: IN_FLIGHT, ms: sliceMs });
  const { results, faults, peerFaults } = await inPeerRounds(rounds, {
    ours: { ours: produce(ours) },
    peers: Object.fromEntries(opened.map(({ product, producer }) => [product, produce(producer)])),
  });
  await ours.stop();
  for (const { close } of opened) await close();
  await drop();
  const figures = opened.map(({ product, call, version, durability, reach, note }) => ({
    name: `addEvent in process, ${IN_FLIGHT} in flight`,
    floorName: call,
    ...compareRates(results.ours, results[product]),
    cpuMicros: median(results.ours.map((result) => result.cpuMicros)),
    peerCpuMicros: median(results[product].map((result) => result.cpuMicros)),
    peerFaults: peerFaults[product],
    reach,
    note: version === undefined ? note : `server ${version}, ${durability}; ${note}`,
  }));
  return { figures, faults, absent };
}

/** Gives `{ producer, close }` and what there is to say of its server, or `{ absent }`. */
async function openPeer({ product, broker }, databases, place) {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
    return { absent: `${product}: it needs Node ${NODE_MAJOR_MIN}; run the bench on that` };
  }
  if (broker === undefined) {
    const { url, drop } = await databases.create();
    const producer = await openProducer(product, url, place);
    return { producer, close: () => producer.stop().then(drop) };
  }
  const server = await startBroker(broker, place);
  if (server.absent !== undefined) return server;
  const producer = await openProducer(product, server.url, place);
  return { ...server, producer, close: () => producer.stop().then(server.stop) };
}

async function openProducer(product, url, place) {
  const producer = Child.start('../peers/processes/producer.mjs', place);
  await producer.ask('open', { product, url });
  return producer;
}
