// The state as text: the whole of it, what has changed, and what single events change. Values are spliced as they
// stand.
//
// Paths are JSON pointers (RFC 6901) into the whole, or into the one kind that is asked for.
import type { EventId } from '../contract/event-id.ts';
import type { StateItem } from '../store/store.ts';
import type { StateChange } from './projection.ts';

/** A change as a client is told it. */
export interface StateFrame {
  readonly name: 'put' | 'patch' | 'delete';
  readonly version: EventId;
  /** JSON text. */
  readonly data: string;
}

/** So that a large state is no text of its size besides. */
const CHUNK_LENGTH = 262_144;

/** `isShort`: paths begin within the kind. */
export function frameOf(change: StateChange | StateItem, isShort: boolean): StateFrame {
  const { kind, version } = change;
  const root = isShort ? '' : `/${kind}`;
  if (!('key' in change)) {
    const members = change.items.map(({ key, value }) => `${JSON.stringify(key)}:${value}`);
    const data = `{"path":${JSON.stringify(root || '/')},"data":{${members.join(',')}},"version":"${version}"}`;
    return { name: 'put', version, data };
  }
  const path = JSON.stringify(`${root}/${escaped(change.key)}`);
  if (change.value === null) {
    return { name: 'delete', version, data: `{"path":${path},"version":"${version}"}` };
  }
  const data = `{"path":${path},"data":${change.value},"version":"${version}"}`;
  return { name: 'patch', version, data };
}

/**
 * All items as one object, by kind and key, or by key alone for one kind; in parts, which together are its text. Items
 * come by kinds, none of which is between those of another.
 */
export function stateParts(
  items: readonly StateItem[],
  kinds: readonly string[],
  isShort: boolean,
): Buffer[] {
  const parts: Buffer[] = [];
  let text = '';
  const add = (more: string) => {
    text += more;
    if (text.length < CHUNK_LENGTH) return;
    parts.push(Buffer.from(text));
    text = '';
  };
  const byKind = new Map<string, StateItem[]>(kinds.map((kind) => [kind, []]));
  for (const item of items) byKind.get(item.kind)?.push(item);
  add(isShort ? '' : '{');
  for (const [nth, kind] of kinds.entries()) {
    if (!isShort) add(`${nth === 0 ? '' : ','}${JSON.stringify(kind)}:`);
    add('{');
    for (const [place, { key, value }] of (byKind.get(kind) ?? []).entries()) {
      add(`${place === 0 ? '' : ','}${JSON.stringify(key)}:${value}`);
    }
    add('}');
  }
  add(isShort ? '' : '}');
  parts.push(Buffer.from(text));
  return parts;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
