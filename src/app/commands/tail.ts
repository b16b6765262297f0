// Prints events as they come, over a WebSocket that is connected again when it is lost. Data is printed as its
// writer wrote it.
import { type Enough, enough, type ReceivedBatch, type WrittenEvent } from '../../client/public.ts';
import { LIVE } from '../../contract/consumer.ts';
import type { Want } from '../../contract/generated/types.ts';
import { type Call, type Command, UsageError } from '../command.ts';
import {
  ACCESS_SETTINGS,
  clientOf,
  fromOf,
  listOf,
  paramsOf,
  STREAM_FLAG,
} from '../server-access.ts';

export const tail: Command = {
  usage: 'tail',
  description:
    'Prints one line for each event: id, time, type, data. Without --component it reads LIVE, from now on and ' +
    'without acknowledging; with it, as that consumer of yours, which it registers when it is new. Ends behind the ' +
    'last event of a sealed stream.',
  argsMin: 0,
  argsMax: 0,
  flags: {
    component: {
      value: 'NAME',
      description: 'The consumer to read as; what is printed is acknowledged.',
    },
    from: {
      value: 'beginning|now|ID|TIME',
      description:
        'Where to begin: behind that id, or at that time. Default: now, and the beginning for a new component; a ' +
        'registered one goes on from its cursor in any case.',
    },
    want: { value: 'A,B', description: 'Only these event types.' },
    stream: STREAM_FLAG,
    count: { value: 'N', description: 'End after so many events.' },
    json: { description: "Print each event's JSON exactly as it was received." },
  },
  settings: ACCESS_SETTINGS,
  run,
};

const SEALED = 'the stream is sealed; this was all of it.';
const MISSED = 'events were passed over; a registered consumer misses none.';

async function run(call: Call): Promise<void> {
  const { flags, settings } = call;
  const component = flags.get('component') ?? LIVE;
  const { stream, want, from } = paramsOf('readyToReceive', {
    component,
    stream: flags.get('stream'),
    want: listOf(flags.get('want')) as Want | undefined,
    from: fromOf(flags.get('from')),
    epoch: undefined,
    max_in_flight: undefined,
  });
  const printer = new Printer(call, countOf(flags.get('count')));
  const link = new Link(call);
  const consumer = clientOf(settings).consumer({
    component,
    stream,
    want,
    from,
    onReady: () => link.stands(),
    onTrouble: (error) => link.fails(error),
    onEnd: () => link.notice(SEALED),
  });
  const onEvents = (batch: ReceivedBatch) => {
    if (batch.missed !== null) link.notice(MISSED);
    return printer.print(batch);
  };
  const signal = AbortSignal.any([call.takeSignals(), call.stdout.closed, link.givenUp]);
  await consumer.run(onEvents, { signal });
  link.givenUp.throwIfAborted();
}

/** Tells about the connection on standard error, a change once. */
class Link {
  readonly #call: Call;
  readonly #giveUp = new AbortController();
  #hasStood = false;
  #trouble: string | null = null;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Aborted with the reason when the first connection fails: most likely the address or the key is wrong. */
  get givenUp(): AbortSignal {
    return this.#giveUp.signal;
  }

  stands(): void {
    if (this.#trouble !== null) this.notice('connected again.');
    this.#trouble = null;
    this.#hasStood = true;
  }

  fails(error: unknown): void {
    if (!this.#hasStood) this.#giveUp.abort(error);
    const { message } = error as Error;
    if (!this.#hasStood || this.#call.stdout.closed.aborted || message === this.#trouble) return;
    this.#trouble = message;
    this.notice(`${message} Trying again.`);
  }

  notice(text: string): void {
    void this.#call.stderr.print(`aftercommit: ${text}`).catch(() => {});
  }
}

/** Prints batches, and says where to stop once it has printed so many events. */
class Printer {
  readonly #call: Call;
  #left: number;

  constructor(call: Call, count: number) {
    this.#call = call;
    this.#left = count;
  }

  async print(batch: ReceivedBatch): Promise<Enough | undefined> {
    const lineOf = this.#call.flags.has('json') ? (event: WrittenEvent) => event.text : plainLine;
    for (const event of batch.asWritten()) {
      await this.#call.stdout.print(lineOf(event));
      this.#left -= 1;
      if (this.#left === 0) return enough(event.id);
    }
    return undefined;
  }
}

function plainLine({ id, ts, type, data }: WrittenEvent): string {
  return `${id} ${ts} ${type} ${data}`;
}

function countOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`--count takes a number from 1 on, got ${text}`);
}
