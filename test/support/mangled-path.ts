// A TCP path to a database server on which words that the server says, or is told, are others of the same length: for
// what cannot be had here, such as a server of an older version.
import type { Socket } from 'node:net';
import { openTcpPath, type TcpPath } from './tcp-path.ts';

export interface Mangled {
  readonly said?: readonly [string, string];
  readonly told?: readonly [string, string];
}

export function openMangledPath(url: string, { said, told }: Mangled): Promise<TcpPath> {
  return openTcpPath(url, (near, far) => {
    passOn(near, far, told);
    passOn(far, near, said);
  });
}

/** Words that come in two parts stay what they are; these servers send short answers whole. */
function passOn(from: Socket, to: Socket, words: readonly [string, string] | undefined): void {
  from.on('data', (part) => {
    const text = part.toString('latin1');
    to.write(words === undefined ? part : Buffer.from(text.replaceAll(...words), 'latin1'));
  });
  from.on('end', () => to.end());
}
