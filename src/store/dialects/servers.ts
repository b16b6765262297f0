// The servers that one database has, in the order of its URL: `postgres://a,b/db`. One of them is connected to, and is
// kept until a connection to it fails or shows that it takes no writes; then it is the next healthy one. Nodes that
// name them in the same order are at the same server as long as all is well.
//
// What was connected to a server that is kept no more is not used again: it may be one that has been cut off from the
// others and does not know it yet.

/** A connection, and whether it is still one to the server that is kept. */
export interface Connected<C> {
  readonly connection: C;
  readonly isKept: () => boolean;
}

export interface Connecting<C> {
  /** Connects to the server of this URL. Rejects unless it is healthy. */
  readonly connect: (url: string) => Promise<C>;
  /** Ends a connection without asking its server. */
  readonly cut: (connection: C) => void;
}

export class Servers {
  readonly urls: readonly string[];
  /** Told of the host of each server that is kept from then on. */
  onMoved: (host: string) => void = () => {};
  #kept: string;

  /** `urls`: one at least. */
  constructor(urls: readonly string[]) {
    this.urls = urls;
    this.#kept = urls[0] as string;
  }

  /**
   * Connects to the server that is kept, and if that fails to the next healthy one, which is kept then. Rejects with
   * what the first of them failed with when none is.
   */
  async connect<C>(connecting: Connecting<C>): Promise<Connected<C>> {
    for (;;) {
      const from = this.#kept;
      const { url, connection } = await this.#firstHealthy(from, connecting);
      // Others may have found another one meanwhile.
      if (this.#kept === from && url !== from) this.#move(url);
      if (this.#kept === url) return { connection, isKept: () => this.#kept === url };
      connecting.cut(connection);
    }
  }

  async #firstHealthy<C>(
    from: string,
    { connect }: Connecting<C>,
  ): Promise<{ url: string; connection: C }> {
    const failures: unknown[] = [];
    for (const url of this.#inOrderFrom(from)) {
      try {
        return { url, connection: await connect(url) };
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures[0];
  }

  #inOrderFrom(url: string): readonly string[] {
    const at = this.urls.indexOf(url);
    return [...this.urls.slice(at), ...this.urls.slice(0, at)];
  }

  #move(url: string): void {
    this.#kept = url;
    this.onMoved(PARTS.exec(url)?.[2] ?? '');
  }
}

const PARTS = /^([a-z0-9]+:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/s;

/** A URL for each of the servers that one names between commas. */
export function urlsOf(url: string): readonly string[] {
  const [, before = '', hosts = '', behind = ''] = PARTS.exec(url) ?? [];
  if (!hosts.includes(',')) return [url];
  return hosts.split(',').map((host) => `${before}${host}${behind}`);
}
