// NATS JetStream: publish() to one stream on file storage, each awaiting its confirmation.
import { DeliverPolicy, jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { payloadOf, TYPE } from '../kit/payload.mjs';

const STREAM = 'bench';

export async function openProducer(url) {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: STREAM, subjects: [TYPE], storage: StorageType.File });
  const client = jetstream(connection);
  return {
    hasDenseIds: true,
    add: async (n) => String((await client.publish(TYPE, JSON.stringify(payloadOf(n)))).seq),
    async readFrom(first) {
      const { state } = await manager.streams.info(STREAM);
      const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: first + 1 };
      const consumer = await client.consumers.get(STREAM, start);
      const kept = [];
      for await (const message of await consumer.consume()) {
        kept.push([String(message.seq), message.json().n]);
        if (message.seq === state.last_seq) return kept;
      }
      return kept;
    },
    close: () => connection.close(),
  };
}
