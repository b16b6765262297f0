// A client of /streams/ that does nothing by itself: it never comes again, and it reads only while it is told to.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { until } from './until.ts';

export interface Frame {
  /** null = it has no name. */
  readonly event: string | null;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly data: any;
}

export class SseClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Every frame with data, in the order of arrival. */
  readonly frames: Frame[] = [];
  /** Those without a name: the events, without frames of the service's own. */
  readonly events: Frame[] = [];
  /** As many as lines that begin with a colon. */
  comments = 0;
  /** The last one that was told. */
  retryMs: number | null = null;
  readonly ended: Promise<void>;
  isEnded = false;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  #rest = '';

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked;
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#read(text));
    response.on('error', () => {});
    this.ended = new Promise((resolve) => {
      response.once('close', () => {
        this.isEnded = true;
        resolve();
      });
    });
  }

  /** Resolves with the headers of the answer, whatever it is. */
  static open(
    url: string,
    headers: Readonly<Record<string, string>> = {},
    { isPaused = false } = {},
  ): Promise<SseClient> {
    return new Promise((resolve, reject) => {
      const asked = request(url, { headers, agent: false });
      asked.once('error', reject);
      asked.once('response', (response) => {
        asked.off('error', reject).on('error', () => {});
        const client = new SseClient(asked, response);
        if (isPaused) client.pause();
        resolve(client);
      });
      asked.end();
    });
  }

  get ids(): readonly number[] {
    return this.events.map(({ id }) => Number(id));
  }

  /** The text of an answer that is no stream of frames. */
  async text(): Promise<string> {
    await this.ended;
    return this.#rest;
  }

  /** Waits until so many events have come. */
  async have(count: number): Promise<readonly Frame[]> {
    await until(() => this.events.length >= count);
    return this.events;
  }

  /** Waits for the first frame of that name. */
  named(name: string): Promise<Frame> {
    return until(() => this.frames.find(({ event }) => event === name));
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  close(): void {
    this.#request.destroy();
  }

  #read(text: string): void {
    const blocks = `${this.#rest}${text}`.split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#take(block);
  }

  #take(block: string): void {
    const fields = block.split('\n').map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
    });
    const field = (name: string) => fields.find(([each]) => each === name)?.[1] ?? null;
    if (field('') !== null) this.comments += 1;
    if (field('retry') !== null) this.retryMs = Number(field('retry'));
    const data = field('data');
    if (data === null) return;
    const frame = { event: field('event'), id: field('id'), data: JSON.parse(data) };
    this.frames.push(frame);
    if (frame.event === null) this.events.push(frame);
  }
}
