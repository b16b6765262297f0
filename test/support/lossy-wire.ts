// A TCP path to a database server that loses the answer to a commit: the server gets the commit and carries it out, and
// the client finds its connection gone. Until it is mended, nobody comes through any more.
import type { ServerKind } from './databases.ts';
import { openTcpPath } from './tcp-path.ts';

export interface LossyWire {
  /** The same URL by way of this wire. */
  readonly url: string;
  /** Loses the answer to the next commit (of a flush, unless told otherwise); resolves when that has happened. */
  loseCommit(): Promise<void>;
  mend(): void;
  close(): Promise<void>;
}

/** On PostgreSQL a flush without keys is one statement that commits itself; on MySQL a commit ends the last packet. */
const IS_COMMIT: Readonly<Record<ServerKind, RegExp>> = {
  postgres: /evt_commit|evt_step_(?:lean|full)/,
  mysql: /\ncommit$/,
};

/** A commit by itself, as applications send it: with PostgreSQL's zero behind it, or MySQL's five bytes before it. */
export const PLAIN_COMMIT: Readonly<Record<ServerKind, RegExp>> = {
  postgres: /commit;?\0$/i,
  mysql: /^.{5}commit;?$/is,
};

export async function openLossyWire(
  kind: ServerKind,
  url: string,
  isCommit = IS_COMMIT[kind],
): Promise<LossyWire> {
  let onLost: (() => void) | null = null;
  let isAway = false;
  const path = await openTcpPath(url, (near, far) => {
    if (isAway) {
      near.destroy();
      far.destroy();
      return;
    }
    let isLosing = false;
    let isLost = false;
    near.on('data', (bytes: Buffer) => {
      if (onLost !== null && isCommit.test(bytes.toString('latin1'))) isLosing = true;
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (!isLosing) {
        near.write(bytes);
        return;
      }
      // The far side stays open: a server that noticed the loss could give up before the commit. What it says later
      // (the rest of the answer, or that it has waited long enough) is lost too, and is no new loss.
      if (isLost) return;
      isLost = true;
      isAway = true;
      near.destroy();
      onLost?.();
      onLost = null;
    });
    far.on('close', () => near.destroy());
    near.on('close', () => isLosing || far.destroy());
  });
  return {
    url: path.url,
    loseCommit: () =>
      new Promise<void>((resolve) => {
        onLost = resolve;
      }),
    mend: () => {
      isAway = false;
    },
    close: path.close,
  };
}
