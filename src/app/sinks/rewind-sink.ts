// `relay --rewind ID`: what a sink has beyond the fork of a stream's history is cut off, as its reader at work.
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../base/clock.ts';
import { sinkIdent } from '../../contract/consumer.ts';
import { activeSideOf } from '../../relay/active-side.ts';
import type { Cut } from '../../relay/common-part.ts';
import { HeldLease } from '../../relay/held-lease.ts';
import { sinkRewindTo } from '../../relay/sink-rewind.ts';
import type { Rewinding } from '../../relay/standing-sink.ts';
import type { Store } from '../../store/store.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { type Call, Failure } from '../command.ts';
import { type Rewound, rewind } from '../rewind.ts';
import type { RelayedSink } from './relayed-sink.ts';
import { isArchive, type SinkChoice } from './sink-choice.ts';
import { registerSinkConsumer } from './sink-consumer.ts';

/** Who stopped by the fork tries again now and then; who was killed holds the lease on for less. */
const TAKE_MS_MAX = 15_000;
const TAKE_AGAIN_MS = 200;

/** Throws `Failure` for a sink that cannot be cut back, or not by that id, or that somebody else goes on with. */
export async function rewindSink(store: Store, choice: SinkChoice, call: Call): Promise<void> {
  const { name, stream, type } = choice;
  if (isArchive(choice)) {
    throw new Failure(
      `The sink ${name} is the warehouse: aftercommit archive --streams ${stream} --rewind ID`,
    );
  }
  const ended = new AbortController();
  const logger = createLogger(call.settings.logLevel);
  const sink = choice.make({ logger, signal: ended.signal });
  try {
    const { rewinding } = sink;
    if (rewinding === null) {
      throw new Failure(
        `What the sink ${name} (${type}) has written cannot be taken away by this command.`,
      );
    }
    await registerSinkConsumer(store, choice);
    const lease = await takeLease(store, choice);
    try {
      await rewind(rewound(store, choice, { sink, rewinding, lease }), call);
    } finally {
      await lease.release();
    }
  } finally {
    await sink.closeAtEnd();
    ended.abort();
  }
}

async function takeLease(store: Store, { name, stream }: SinkChoice): Promise<HeldLease> {
  const request = { stream, ident: sinkIdent(name), node: randomUUID() };
  const endMs = systemClock.monotonicMs() + TAKE_MS_MAX;
  for (;;) {
    const lease = await HeldLease.take(store, request);
    if (lease !== null) return lease;
    if (systemClock.monotonicMs() > endMs) {
      throw new Failure(`Another process goes on with the sink ${name}. Nothing was cut off.`);
    }
    await systemClock.sleep(TAKE_AGAIN_MS);
  }
}

interface Held {
  readonly sink: RelayedSink;
  readonly rewinding: Rewinding;
  readonly lease: HeldLease;
}

function rewound(
  store: Store,
  { name, stream }: SinkChoice,
  { sink, rewinding, lease }: Held,
): Rewound {
  const active = activeSideOf(store, stream);
  return {
    active,
    name,
    holder: 'the sink',
    outcome: (to) => `the sink stands at ${to} now, and can go on`,
    facts: { stream, sink: name },
    find: async (): Promise<Cut | null> => {
      const { epoch } = await store.streamState(stream);
      const position = await sink.stand(epoch);
      const { cursor } = lease;
      return position && sinkRewindTo({ rewinding, position, cursor, active });
    },
    cut: async ({ to }: Cut, epoch: number) => {
      await rewinding.rewind({ id: to, epoch }, async () => {
        if (await lease.isHeld()) return;
        throw new Failure(`${sink.title} may be another process's by now. Run it again.`);
      });
    },
  };
}
