// A kind of stream of the application's own, behind the port of the hub.
import type { Logger } from '../../telemetry/logger.ts';
import type { KeyKind } from '../auth/principal.ts';
import type { OwnStreamProvider, StreamClient, StreamFrame } from '../stream-kinds.ts';
import type { SseConnection } from './connection.ts';
import { frameOf } from './frames.ts';
import type { StreamProvider, StreamRequest } from './provider.ts';

export class OwnProvider implements StreamProvider {
  readonly kind: string;
  readonly hasPaths = true;
  readonly #provider: OwnStreamProvider;
  readonly #logger: Logger;

  constructor(kind: string, provider: OwnStreamProvider, logger: Logger) {
    this.kind = kind;
    this.#provider = provider;
    this.#logger = logger;
  }

  accepts(kind: KeyKind | null, name: string): boolean {
    const { accepts } = this.#provider;
    if (accepts === undefined) return kind === null || kind === 'server';
    return accepts.call(this.#provider, { name, kind });
  }

  async open(request: StreamRequest, accept: () => SseConnection): Promise<'open'> {
    await this.#provider.open(clientOf(request, accept()));
    return 'open';
  }

  /** Tells the provider something, if it wants to hear of that. */
  tell(news: (provider: OwnStreamProvider) => void): void {
    try {
      news(this.#provider);
    } catch (error) {
      this.#logger.error({ error, kind: this.kind }, 'A provider of streams has failed.');
    }
  }

  async close(): Promise<void> {
    try {
      await this.#provider.close?.();
    } catch (error) {
      this.#logger.error({ error, kind: this.kind }, 'A provider of streams has failed.');
    }
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
