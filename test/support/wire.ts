// A TCP path to a server that can be cut in the quietest way: both ends stay open, and nothing comes through.
import { openTcpPath } from './tcp-path.ts';

export interface Wire {
  /** The same URL by way of this wire. */
  readonly url: string;
  /** Lets nothing through any more, in either direction; new connections too are made and get no answer. */
  hush(): void;
  /** New connections come through again; the old ones stay dead. */
  mend(): void;
  close(): Promise<void>;
}

export async function openWire(url: string): Promise<Wire> {
  let isHushed = false;
  const path = await openTcpPath(url, (near, far) => {
    if (isHushed) return;
    near.pipe(far);
    far.pipe(near);
  });
  return {
    url: path.url,
    hush: () => {
      isHushed = true;
      for (const socket of path.sockets) socket.unpipe();
    },
    mend: () => {
      isHushed = false;
    },
    close: path.close,
  };
}
