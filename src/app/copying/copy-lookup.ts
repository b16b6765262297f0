// The copies that a command line speaks of, by their names and where they go.

import { destinationAt } from '../../relay/copy-ends.ts';
import { parseReference, type Reference } from '../../relay/reference.ts';
import type { CopyJob } from '../../store/copy-job.ts';
import { type Call, UsageError } from '../command.ts';
import { isThere, withPlace } from './places.ts';

/** Where copies of that name may be. */
function placesToLook({ flags }: Call): Reference[] {
  const text = flags.get('to');
  const texts = text === undefined ? ['active#main', 'warehouse#main'] : [text];
  return texts.map((each) => requireReference(each, '--to'));
}

/** The same without a database that was never made, unless it was asked for by name. */
export function placesThatAre(call: Call): Reference[] {
  const places = placesToLook(call);
  return call.flags.has('to') ? places : places.filter((to) => isThere(to, call.settings));
}

/** Where there is one; throws `CopyNotFound`. */
export async function findCopy(call: Call): Promise<{ job: CopyJob; to: Reference }> {
  const [name = ''] = call.args;
  let failure: unknown;
  for (const to of placesToLook(call)) {
    try {
      const job = await withPlace(to, 'look', call.settings, (place) =>
        destinationAt(place).find(name),
      );
      return { job, to: to.kind === 'files' ? to : { ...to, stream: job.stream } };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** What the copy says of its source, unless more was said here. */
export function sourceGiven({ flags }: Call, source: string): Reference {
  const given = flags.get('from');
  const from = requireReference(given ?? source, '--from');
  if (from.text === source) return from;
  throw new UsageError(`--from is ${from.text}, but the copy comes from ${source}`);
}

function requireReference(text: string, flag: string): Reference {
  const found = parseReference(text);
  if ('problem' in found) throw new UsageError(`${flag} ${found.problem}`);
  return found;
}
