// A kind of stream of the application's own, behind the port of the hub.
import type { Logger } from '../../telemetry/logger.ts';
import { type KeyKind, requireRight } from '../auth/principal.ts';
import type { OwnStreamProvider, StreamClient, StreamFrame } from '../stream-kinds.ts';
import type { SseConnection } from './connection.ts';
import { frameOf } from './frames.ts';
import type { StreamProvider, StreamRequest } from './provider.ts';

export interface OwnProviderOptions {
  readonly kind: string;
  readonly make: () => OwnStreamProvider;
  readonly logger: Logger;
}

export class OwnProvider implements StreamProvider {
  readonly kind: string;
  readonly hasPaths = true;
  readonly #options: OwnProviderOptions;
  /** null: it was not started. */
  #provider: OwnStreamProvider | null = null;

  constructor(options: OwnProviderOptions) {
    this.kind = options.kind;
    this.#options = options;
  }

  /** Throws what the application's factory throws. */
  start(): void {
    this.#provider = this.#options.make();
  }

  /** Whatever is no clear yes is a no. */
  accepts(kind: KeyKind | null, name: string): boolean {
    if (this.#provider?.accepts === undefined) return kind === null || kind === 'server';
    try {
      return this.#provider.accepts({ name, kind }) === true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  async open(request: StreamRequest, accept: () => SseConnection): Promise<'open'> {
    requireRight(request.principal, 'consume');
    const connection = accept();
    // Of a client that has gone before, `closed` would never tell.
    if (!connection.closed.aborted) await this.#provider?.open(clientOf(request, connection));
    return 'open';
  }

  /** Tells the provider something, if it wants to hear of that. */
  tell(news: (provider: OwnStreamProvider) => void | Promise<void>): void {
    void this.#carefully(news);
  }

  /** Where it was not made, there is nothing to be closed. */
  close(): Promise<void> {
    return this.#carefully((provider) => provider.close?.());
  }

  /** Calls it at once. What is thrown later is its failure too, and not the end of the process. */
  async #carefully(
    work: (provider: OwnStreamProvider) => void | Promise<void> | undefined,
  ): Promise<void> {
    try {
      if (this.#provider !== null) await work(this.#provider);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { kind, logger } = this.#options;
    logger.error({ error, kind }, 'A provider of streams has failed.');
  }
}

function clientOf(
  { principal, keyKind, path, query, lastEventId }: StreamRequest,
  connection: SseConnection,
): StreamClient {
  return {
    credential: { name: principal.name, kind: keyKind },
    path,
    query: query.all,
    lastEventId,
    closed: connection.closed,
    get isWritable() {
      return connection.isWritable;
    },
    send: async (frame: StreamFrame) => {
      // A provider that does not wait would fill the memory for a client that does not read.
      if (!connection.isWritable) connection.destroy();
      // That it is gone is told by `closed`.
      await connection.write(frameOf(frame)).catch(() => {});
    },
    close: () => connection.end(),
  };
}
