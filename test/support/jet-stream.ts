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

/** Everything, notes too. */
export async function readJetStream(url: string, name = 'evt_main'): Promise<Held[]> {
  return withManager(url, async (manager) => {
    const { state } = await manager.streams.info(name);
    const found: Held[] = [];
    if (state.messages === 0) return found;
    const consumer = await manager.jetstream().consumers.get(name);
    const messages = await consumer.consume();
    for await (const message of messages) {
      const { seq, subject, headers } = message;
      found.push({
        seq,
        subject,
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
export async function idsInJetStream(url: string, name?: string): Promise<number[]> {
  const held = await readJetStream(url, name);
  return held.filter(({ msgId }) => msgId !== '').map(({ id }) => id);
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
