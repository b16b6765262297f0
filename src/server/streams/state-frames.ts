// The state as frames. Everybody with the same part of it is given the same bytes.
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Projection } from '../../state/projection.ts';
import { frameOf, type StateFrame } from '../../state/state-text.ts';
import type { ChangedState, StatePart, WholeState } from '../../state/state-view.ts';
import { positionText, type Wording } from './frames.ts';

/** Which state a position is of: who comes again with that of another one has to be given the whole. */
export function stateOf({ mark }: StatePart, generation: number): string {
  if (generation === 1 && mark === '') return '';
  return mark === '' ? String(generation) : `${generation}-${mark}`;
}

/** A position in a state. */
export function statePositionText(id: EventId, epoch: number, of: string): string {
  return of === '' ? positionText(id, epoch) : `${positionText(id, epoch)}.${of}`;
}

/** One frame, in parts: those of the state are not copied for each client. */
export function* wholeFrames(
  { position, epoch, generation, parts }: WholeState,
  part: StatePart,
): Generator<Buffer | string> {
  const id = statePositionText(position, epoch, stateOf(part, generation));
  yield `event: put\nid: ${id}\ndata: {"path":"/","data":`;
  yield* parts;
  yield '}\n\n';
}

const worded = new WeakMap<ChangedState, Buffer>();

/** The same for all who are told the same. */
export function changesFrames(changed: ChangedState, part: StatePart): Buffer {
  const frames = worded.get(changed) ?? Buffer.from(changesText(changed, part));
  worded.set(changed, frames);
  return frames;
}

/** In the order of their versions, of which each is told as the client's position when all of it was given. */
function changesText({ items, epoch, generation }: ChangedState, part: StatePart): string {
  const frames = items.map((item) => frameOf(item, part.isShort));
  const of = stateOf(part, generation);
  return frames
    .map((frame, nth) => {
      const isLast = frames[nth + 1]?.version !== frame.version;
      return frameText(frame, isLast ? statePositionText(frame.version, epoch, of) : null);
    })
    .join('');
}

const wordings = new WeakMap<Projection, Map<string, Wording>>();

/** What events change; the same function for the same choice. */
export function stateWording(
  projection: Projection,
  { kinds, isShort }: StatePart,
  epoch: number,
  of: string,
): Wording {
  const own = wordings.get(projection) ?? new Map<string, Wording>();
  wordings.set(projection, own);
  const key = `${epoch} ${of} ${isShort} ${kinds.join(' ')}`;
  let wording = own.get(key);
  if (wording === undefined) {
    wording = (rows) =>
      Buffer.from(
        rows
          .map((row) => {
            const id = statePositionText(row[0], epoch, of);
            return eventText(projection, { kinds, isShort }, row, id);
          })
          .join(''),
      );
    own.set(key, wording);
  }
  return wording;
}

function eventText(
  projection: Projection,
  { kinds, isShort }: Omit<StatePart, 'mark'>,
  row: EventRow,
  id: string,
): string {
  const changes = projection.changesOf(row).filter(({ kind }) => kinds.includes(kind));
  return changes
    .map((change, nth) =>
      frameText(frameOf(change, isShort), nth === changes.length - 1 ? id : null),
    )
    .join('');
}

function frameText({ name, data }: StateFrame, id: string | null): string {
  const place = id === null ? '' : `id: ${id}\n`;
  return `event: ${name}\n${place}data: ${data}\n\n`;
}
