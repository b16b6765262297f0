// Which state a request means, and which part of it: of kinds made of events that the caller may not see, it knows
// nothing.
import { createHash } from 'node:crypto';
import { aStream } from '../../contract/checks.ts';
import { ServiceError } from '../../contract/errors.ts';
import { covers } from '../../contract/pattern.ts';
import type { StatePart, StateView } from '../../state/state-view.ts';
import { type Principal, requireRight, requireStream } from '../auth/principal.ts';
import { invalid, type StreamQuery } from './query.ts';

const MARK_DIGITS = 8;

/** Throws `Unauthorized`; `UnknownMethod` for a stream of which no state is kept. */
export function viewFor(
  views: ReadonlyMap<string, StateView>,
  principal: Principal,
  query: StreamQuery,
): StateView {
  requireRight(principal, 'consume');
  const stream = query.text('stream') ?? 'main';
  if (!aStream.fits(stream)) throw invalid(`stream: ${aStream.rule}`);
  requireStream(principal, stream);
  const view = views.get(stream);
  if (view === undefined) throw nothing(`There is no state of stream ${stream}.`);
  return view;
}

/** `path` names one kind; else it is those of `kinds`, or all. Throws `UnknownMethod` for a kind that there is not. */
export function statePartFor(
  view: StateView,
  principal: Principal,
  path: string | null,
  query: StreamQuery,
): StatePart {
  const { projection } = view;
  const seen = projection.kinds.filter((kind) =>
    projection.typesOf([kind]).every((type) => covers(principal.types, type)),
  );
  const asked = path === null ? query.list('kinds') : [path];
  if (path !== null && query.list('kinds') !== null) throw invalid('kinds: the path names one');
  const unknown = asked?.find((kind) => !seen.includes(kind));
  if (unknown !== undefined) {
    throw nothing(`There is no kind ${unknown.slice(0, 64)} in the state of ${projection.stream}.`);
  }
  if (asked?.length === 0) throw invalid('kinds: names no kind');
  // In one order, whatever theirs was: what is made for one is good for all who ask for the same.
  const kinds = asked === null ? seen : seen.filter((kind) => asked.includes(kind));
  const isAll = asked !== null || seen.length === projection.kinds.length;
  return { kinds, isShort: path !== null, mark: isAll ? '' : digestOf(seen) };
}

function digestOf(kinds: readonly string[]): string {
  return createHash('sha256').update(kinds.join(' ')).digest('hex').slice(0, MARK_DIGITS);
}

export function nothing(message: string): ServiceError {
  return new ServiceError('UnknownMethod', { message });
}
