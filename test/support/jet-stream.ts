// What a JetStream stream holds, read as a subscriber would.
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, connect } from '@nats-io/transport-node';

export interface Held {
  readonly seq: number;
  readonly subject: string;
  readonly text: string;
  readonly msgId: string;
  readonly epoch: number;
  readonly id: number;
}

/** Everything, notes too, unless a subject is named. Nothing that it finds may be taken away meanwhile, as notes are. */
export async function readJetStream(
  url: string,
  name = 'evt_main',
  subject = '>',
): Promise<Held[]> {
  return withManager(url, async (manager) => {
    const filter_subjects = subject;
    const consumer = await manager.jetstream().consumers.get(name, { filter_subjects });
    const found: Held[] = [];
    if ((await consumer.info()).num_pending === 0) return found;
    const messages = await consumer.consume();
    for await (const message of messages) {
      const { seq, subject: own, headers } = message;
      found.push({
        seq,
        subject: own,
        text: message.string(),
        msgId: headers?.get('Nats-Msg-Id') ?? '',
        epoch: Number(headers?.get('Evt-Epoch')),
        id: Number(headers?.get('Evt-Id')),
      });
      if (message.info.pending === 0) break;
    }
    return found;
  });
}

/** The events' ids in their order. */
export async function idsInJetStream(url: string, name = 'evt_main'): Promise<number[]> {
  const subjects = await withManager(url, async (manager) => {
    const { config } = await manager.streams.info(name);
    return config.subjects;
  });
  const held = await readJetStream(url, name, subjects.at(-1));
  return held.map(({ id }) => id);
}

/** How many messages there are, notes too. */
export async function countInJetStream(url: string, name = 'evt_main'): Promise<number> {
  return withManager(url, async (manager) => (await manager.streams.info(name)).state.messages);
}

export async function withManager<T>(
  url: string,
  work: (manager: JetStreamManager) => Promise<T>,
  options: ConnectionOptions = {},
): Promise<T> {
  const connection = await connect({ servers: url, ...options });
  try {
    return await work(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}

export async function publish(url: string, subject: string, text: string): Promise<void> {
  const connection = await connect({ servers: url });
  await jetstream(connection).publish(subject, text);
  await connection.close();
}
