// Events by the FutoIn envelope, over HTTP and over a socket. Its errors do not tell whether a call was carried out,
// but for those of who asks too much.
import { GEN, type Message, post } from '../../wire/judge/raw.ts';
import { FutoinSocket } from '../futoin-socket.ts';
import type { Addresses } from '../nodes.ts';
import { FUTOIN_TYPES, LAST } from '../recorder.ts';
import { OpenWrite, pause, type WriterOptions } from './writer.ts';

const OWN_TYPES = FUTOIN_TYPES.filter((type) => type !== LAST);

type Caller = (f: string, p: object) => Promise<Message>;

export async function writeFutoinCalls(options: WriterOptions, nodes: Addresses): Promise<void> {
  const { random } = options;
  while (!options.isDone()) {
    const place = `${nodes.url(random).replace('http://', '')}/futoin`;
    if (random.chance(0.5)) {
      await add(options, async (f, p) => (await post(place, { f, p })).message);
    } else await throughSocket(options, place);
    await pause(random.below(20));
  }
}

async function throughSocket(options: WriterOptions, place: string): Promise<void> {
  const { random } = options;
  const socket = await FutoinSocket.open(place).catch(() => null);
  if (socket === null) return;
  const calls = Array.from({ length: 1 + random.below(6) }, () =>
    add(options, (f, p) => socket.call(f, p)),
  );
  if (random.chance(0.1)) {
    await pause(random.below(8));
    socket.terminate();
  }
  await Promise.all(calls);
  socket.terminate();
}

async function add(options: WriterOptions, caller: Caller): Promise<void> {
  const write = new OpenWrite(options);
  write.events.push(...write.make(1, OWN_TYPES));
  const [{ key, type } = { key: '', type: '' }] = write.events;
  write.commitSent();
  try {
    const { r, e } = await caller(`${GEN}:addEvent`, { type, data: key });
    if (e === undefined) write.end('committed', [r]);
    else write.end(e === 'DefenseRejected' ? 'rolled back' : 'unknown');
    if (e !== undefined && !['DefenseRejected', 'InternalError'].includes(e)) {
      options.recorder.unexpected.push(`${options.name}: ${e}`);
    }
  } catch {
    write.end('unknown');
  }
}
