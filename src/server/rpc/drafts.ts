// Takes drafts out of the text of a request, so that data is stored as its caller wrote it.
import type { Draft } from '../../contract/event.ts';
import { itemsOf, type Member, uniqueMembersOf } from '../../contract/json-text.ts';
import { ownedSlice } from './owned-text.ts';

/** A call's params in the text of the request that held them. */
export interface ParamsText {
  readonly text: string;
  readonly members: ReadonlyMap<string, Member>;
}

/** The object that stands under `key` in an envelope; a key that is given twice in it is refused. */
export function paramsTextOf(text: string, envelope: readonly Member[], key: string): ParamsText {
  const params = envelope.findLast((member) => member.key === key);
  if (params === undefined) return { text, members: new Map() };
  return { text, members: uniqueMembersOf(text, params.start) };
}

/** The drafts of an addEvent or addEvents whose params have been validated; none for other methods. */
export function draftsOf(method: string, params: ParamsText): Draft[] {
  if (method === 'addEvent') return [draftOf(params.text, params.members)];
  if (method !== 'addEvents') return [];
  const events = params.members.get('events') as Member;
  return itemsOf(params.text, events.start).map((item) =>
    draftOf(params.text, uniqueMembersOf(params.text, item.start)),
  );
}

function draftOf(text: string, members: ReadonlyMap<string, Member>): Draft {
  const type = members.get('type') as Member;
  const data = members.get('data');
  return {
    type: JSON.parse(text.slice(type.start, type.end)) as string,
    data: data === undefined ? 'null' : ownedSlice(text, data.start, data.end),
  };
}
