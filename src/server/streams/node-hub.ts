// The hub of a node, as its application has it.
import type { Checks } from '../../base/options.ts';
import {
  anEventId,
  anything,
  aPrincipal,
  aStream,
  aText,
  required,
  secret,
} from '../../contract/checks.ts';
import { ServiceError } from '../../contract/errors.ts';
import { requireOptions } from '../../contract/require-options.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import type { NewKey } from '../credentials.ts';
import type { StreamCredentialOptions, StreamHub } from '../stream-hub.ts';
import type { PublishedItem } from '../stream-kinds.ts';
import type { Hub } from './hub.ts';
import type { OwnProvider } from './own-provider.ts';
import type { PingProvider } from './ping-provider.ts';

export interface NodeStreamHubOptions {
  readonly hub: Hub;
  readonly keys: KeyRing | null;
  readonly own: readonly OwnProvider[];
  readonly ping: PingProvider;
}

/** A header carries the key, and with an empty one anybody would come in. Of the rest a schema says what it must be. */
const CREDENTIAL: Checks<StreamCredentialOptions> = {
  name: required(aPrincipal),
  key: required(
    secret({
      rule: 'must be 1 to 256 printable ASCII characters without spaces',
      fits: (value) => typeof value === 'string' && /^[!-~]{1,256}$/.test(value),
    }),
  ),
  ...{ kind: anything, may: anything, types: anything, streams: anything },
  ...{ allowedOrigins: anything, publicId: anything, expiresAt: anything },
};

const ITEM: Checks<PublishedItem> = {
  stream: aStream,
  kind: required(aText),
  key: required(aText),
  version: required(anEventId),
  value: anything,
};

export class NodeStreamHub implements StreamHub {
  readonly #options: NodeStreamHubOptions;
  #closing: Promise<void> | null = null;

  constructor(options: NodeStreamHubOptions) {
    this.#options = options;
  }

  publishAll(stream = 'main'): void {
    this.tellAll(stream);
    this.#ping(stream);
  }

  publishItem(item: PublishedItem): void {
    requireOptions('publishItem', item, ITEM);
    this.tellItem(item);
    this.#ping(item.stream ?? 'main');
  }

  invalidate(stream = 'main'): void {
    this.tellInvalidated(stream);
    this.#ping(stream);
  }

  /** Providers only: clients of pings are told of events by themselves. */
  tellAll(stream: string): void {
    this.#tell((provider) => provider.tell((own) => own.publishAll?.(stream)));
  }

  tellItem(item: PublishedItem): void {
    this.#tell((provider) => provider.tell((own) => own.publishItem?.(item)));
  }

  tellInvalidated(stream: string): void {
    this.#tell((provider) => provider.tell((own) => own.invalidate?.(stream)));
  }

  heartbeat(): void {
    this.#options.hub.beatAll();
  }

  addCredential(credential: StreamCredentialOptions): void {
    requireOptions('addCredential', credential, CREDENTIAL);
    const { may = ['consume'] } = credential;
    this.#keys.add({ ...credential, may: [...may] } satisfies NewKey);
  }

  removeCredential(name: string): boolean {
    return this.#keys.remove(name);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #keys(): KeyRing {
    const { keys } = this.#options;
    if (keys !== null) return keys;
    const message = 'In open mode there are no credentials: name a file first (credentials).';
    throw new ServiceError('InvalidRequest', { message });
  }

  async #close(): Promise<void> {
    this.#options.hub.close();
    await Promise.all(this.#options.own.map((provider) => provider.close()));
  }

  #tell(news: (provider: OwnProvider) => void): void {
    if (this.#closing === null) for (const provider of this.#options.own) news(provider);
  }

  #ping(stream: string): void {
    if (this.#closing === null) this.#options.ping.ping(stream);
  }
}
