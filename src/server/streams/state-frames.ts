// The state as frames. Everybody with the same part of it is given the same bytes.
import type { EventRow } from '../../contract/event.ts';
import type { Projection } from '../../state/projection.ts';
import { frameOf, type StateFrame } from '../../state/state-text.ts';
import type { ChangedState, StatePart, WholeState } from '../../state/state-view.ts';
import { positionText, type Wording } from './frames.ts';

/** One frame, in parts: those of the state are not copied for each client. */
export function* wholeFrames({ position, epoch, parts }: WholeState): Generator<Buffer | string> {
  yield `event: put\nid: ${positionText(position, epoch)}\ndata: {"path":"/","data":`;
  yield* parts;
  yield '}\n\n';
}

/** In the order of their versions, of which each is told as the client's position when all of it was given. */
export function changesText({ items, epoch }: ChangedState, { isShort }: StatePart): string {
  const frames = items.map((item) => frameOf(item, isShort));
  return frames
    .map((frame, nth) => frameText(frame, epoch, frames[nth + 1]?.version !== frame.version))
    .join('');
}

const wordings = new WeakMap<Projection, Map<string, Wording>>();

/** What events change; the same function for the same choice. */
export function stateWording(
  projection: Projection,
  { kinds, isShort }: StatePart,
  epoch: number,
): Wording {
  const own = wordings.get(projection) ?? new Map<string, Wording>();
  wordings.set(projection, own);
  const key = `${epoch} ${isShort} ${kinds.join(' ')}`;
  let wording = own.get(key);
  if (wording === undefined) {
    wording = (rows) =>
      Buffer.from(
        rows.map((row) => eventText(projection, { kinds, isShort }, row, epoch)).join(''),
      );
    own.set(key, wording);
  }
  return wording;
}

function eventText(
  projection: Projection,
  { kinds, isShort }: StatePart,
  row: EventRow,
  epoch: number,
): string {
  const changes = projection.changesOf(row).filter(({ kind }) => kinds.includes(kind));
  return changes
    .map((change, nth) => frameText(frameOf(change, isShort), epoch, nth === changes.length - 1))
    .join('');
}

function frameText({ name, version, data }: StateFrame, epoch: number, hasId: boolean): string {
  const id = hasId ? `id: ${positionText(version, epoch)}\n` : '';
  return `event: ${name}\n${id}data: ${data}\n\n`;
}
