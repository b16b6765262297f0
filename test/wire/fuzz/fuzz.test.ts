// Both envelopes under fire: no crash, always a well-formed answer or a closed socket, and nobody learns of another's
// events. FUZZ_CASES sets how many cases (3000 by default); SEED replays them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { type RawData, WebSocket } from 'ws';
import { withKey, writeCredentials } from '../../../src/server/credentials.ts';
import { createDatabase, type TestDatabase } from '../../support/databases.ts';
import { type NodeProcess, startNode } from '../../support/node-process.ts';
import { post } from '../../support/rpc.ts';
import { requireSound } from './answers.ts';
import { addresses, casesOf, type Envelope, OTHER, OWN } from './cases.ts';

const CASES = Number(process.env.FUZZ_CASES ?? 3000);
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const TIMEOUT_MS = 1_200_000;
/** How many cases are under way at once. */
const AT_ONCE = 16;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const rpc = async (url: string, key: string, method: string, params: object = {}) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return (await post(url, body, bearer(key))).answer;
};

describe('a fuzzed server', () => {
  let folder: string;
  let database: TestDatabase;
  let node: NodeProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aftercommit-fuzz-'));
    const path = join(folder, 'credentials.json');
    const alice = withKey(
      { principals: [] },
      {
        ...OTHER,
        may: ['generate', 'consume', 'admin'],
      },
    );
    const both = withKey(alice.credentials, {
      ...OWN,
      may: ['generate', 'consume'],
      types: ['PUBLIC_*', 'T'],
      streams: ['main'],
    });
    writeCredentials(path, both.credentials);
    database = await createDatabase('sqlite');
    node = await startNode({
      databaseUrl: database.url,
      credentials: path,
      streams: 'main,other' as never,
    });
    await rpc(node.url, OTHER.key, 'registerConsumer', {
      component: OTHER.secret.replaceAll('-', '_'),
    });
    for (let nth = 0; nth < 20; nth += 1) {
      await rpc(node.url, OTHER.key, 'addEvent', {
        type: 'SECRET',
        data: { nth, of: OTHER.secret },
      });
      await rpc(node.url, OTHER.key, 'addEvent', { type: 'PUBLIC_A', data: nth });
    }
    console.info(`fuzz: SEED=${SEED}`);
  });
  afterAll(async () => {
    await node.end('SIGKILL');
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** It is the same process, and what it holds for others is untouched. */
  const requireUnharmed = async () => {
    expect((await rpc(node.url, OTHER.key, 'ping', { echo: 7 })).result).toEqual({ echo: 7 });
    const consumers = (await rpc(node.url, OTHER.key, 'listConsumers')).result as {
      principal: string;
      cursor: string;
    }[];
    expect(consumers.filter(({ principal }) => principal === OTHER.name)).toMatchObject([
      { cursor: '0' },
    ]);
    const other = await rpc(node.url, OTHER.key, 'streamInfo', { stream: 'other' });
    expect(other.result).toMatchObject({ last: '0' });
  };

  it.each<Envelope>(['rpc', 'futoin'])(
    'answers what comes to /%s by HTTP',
    async (envelope) => {
      const headers = envelope === 'rpc' ? bearer(OWN.key) : {};
      await fireAll(casesOf(envelope), async (body) => {
        const response = await fetch(`${node.url}/${envelope}`, { method: 'POST', body, headers });
        const text = Buffer.from(await response.arrayBuffer());
        expect([200, 204]).toContain(response.status);
        if (response.status === 204) expect(text).toHaveLength(0);
        else requireSound(envelope, text);
      });
      await requireUnharmed();
    },
    TIMEOUT_MS,
  );

  it(
    'answers addresses below /futoin',
    async () => {
      await fireAll(addresses, async (address) => {
        const response = await fetch(`${node.url}${address}`);
        const text = Buffer.from(await response.arrayBuffer());
        expect(text.includes(OTHER.secret)).toBe(false);
        // An address may lead elsewhere once its dots are resolved.
        if (response.headers.get('content-type') === 'application/futoin+json') {
          requireSound('futoin', text);
        } else expect([400, 404]).toContain(response.status);
      });
      await requireUnharmed();
    },
    TIMEOUT_MS,
  );

  it.each<Envelope>(['rpc', 'futoin'])(
    'answers what comes to /%s by WebSocket, or closes it',
    async (envelope) => {
      const sockets = await Promise.all(
        Array.from({ length: AT_ONCE }, () => FuzzedSocket.open(node.url, envelope)),
      );
      const free = [...sockets];
      await fireAll(casesOf(envelope), async (data) => {
        const socket = free.pop() as FuzzedSocket;
        free.push(await socket.fire(data));
      });
      for (const socket of free) socket.end();
      await requireUnharmed();
    },
    TIMEOUT_MS,
  );
});

/** Runs all cases of this run's seed, several at once; says which one failed. */
async function fireAll<T>(cases: fc.Arbitrary<T>, fire: (one: T) => Promise<void>): Promise<void> {
  const waiting = fc.sample(cases, { numRuns: Math.ceil(CASES / 5), seed: SEED });
  const shooters = Array.from({ length: AT_ONCE }, async () => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      await fire(one).catch((error) => {
        const shown = Buffer.isBuffer(one) ? one.toString('latin1') : String(one);
        throw new Error(`On ${JSON.stringify(shown.slice(0, 1000))}: ${error.message}`);
      });
    }
  });
  await Promise.all(shooters);
}

/** A socket that checks all it is told; after each case a call that must be answered, unless the socket was closed. */
class FuzzedSocket {
  readonly #url: string;
  readonly #envelope: Envelope;
  readonly #socket: WebSocket;
  #failure: Error | null = null;
  #onEcho: () => void = () => {};
  #echo = 0;

  private constructor(url: string, envelope: Envelope, socket: WebSocket) {
    this.#url = url;
    this.#envelope = envelope;
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data: RawData) => this.#hear(data as Buffer));
  }

  static async open(url: string, envelope: Envelope): Promise<FuzzedSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/${envelope}`, {
      headers: bearer(OWN.key),
    });
    const fuzzed = new FuzzedSocket(url, envelope, socket);
    await new Promise<void>((resolve, reject) =>
      socket.once('open', resolve).once('error', reject),
    );
    return fuzzed;
  }

  /** Gives the socket to go on with. */
  async fire(data: Buffer): Promise<FuzzedSocket> {
    const closed = new Promise<'closed'>((resolve) =>
      this.#socket.once('close', () => resolve('closed')),
    );
    const answered = new Promise<'answered'>((resolve) => {
      this.#onEcho = () => resolve('answered');
    });
    this.#echo += 1;
    this.#socket.send(data, { binary: this.#envelope === 'futoin' });
    this.#socket.send(this.#ping());
    const end = await Promise.race([closed, answered]);
    this.#socket.removeAllListeners('close');
    if (this.#failure !== null) throw this.#failure;
    return end === 'closed' ? FuzzedSocket.open(this.#url, this.#envelope) : this;
  }

  end(): void {
    this.#socket.terminate();
  }

  #ping(): string {
    const id = `echo ${this.#echo}`;
    return JSON.stringify(
      this.#envelope === 'rpc'
        ? { jsonrpc: '2.0', id, method: 'ping', params: { echo: 1 } }
        : { f: 'futoin.ping:1.0:ping', p: { echo: 1 }, rid: id, sec: `${OWN.name}:${OWN.key}` },
    );
  }

  #hear(data: Buffer): void {
    try {
      requireSound(this.#envelope, data);
    } catch (error) {
      this.#failure ??= error as Error;
    }
    if (data.includes(`"echo ${this.#echo}"`)) this.#onEcho();
  }
}
