// A TCP path to a database that can fall silent: both ends stay open, and nothing is heard of either, as of a server
// that is frozen.
import { openTcpPath } from './tcp-path.ts';

export interface SilentPath {
  /** The same URL by way of this path. */
  readonly url: string;
  /** For all connections, new ones too. */
  isSilent: boolean;
  /** True once anybody has connected. */
  isUsed: boolean;
  close(): Promise<void>;
}

export async function openSilentPath(url: string): Promise<SilentPath> {
  const path = await openTcpPath(url, (near, far) => {
    silent.isUsed = true;
    near.on('data', (bytes) => silent.isSilent || far.write(bytes));
    far.on('data', (bytes) => silent.isSilent || near.write(bytes));
    near.on('close', () => far.destroy());
    // While it is silent not even that is told.
    far.on('close', () => silent.isSilent || near.destroy());
  });
  const silent: SilentPath = { url: path.url, isSilent: false, isUsed: false, close: path.close };
  return silent;
}
