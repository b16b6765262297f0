// The headings of a page and what links to them: Git hosts make an anchor of the words of a heading, and number those
// that come again, such as `enough` the function and `Enough` the type.
import { membersOf } from './members.mjs';
import { isCallable } from './signature.mjs';

export function groupsOf({ things }) {
  const groups = [
    ['Functions', 'function'],
    ['Classes', 'class'],
    ['Constants', 'const'],
    ['Types', 'interface', 'type'],
  ];
  return groups
    .map(([title, ...kinds]) => ({
      title,
      things: things.filter(({ kind }) => kinds.includes(kind)),
    }))
    .filter((group) => group.things.length > 0);
}

export function headingOf({ name, kind, where }) {
  if (kind !== 'function') return name;
  return where === null ? `${name}()` : `${name}() in ${where}`;
}

export function methodHeading(name, method) {
  const own = method.getName();
  return own.startsWith('[') ? `${name}${own}()` : `${name}.${own}()`;
}

/** The anchor of each thing, by its declaration. */
export function anchorsOf(entry) {
  const seen = new Map();
  const anchors = new Map();
  anchorOf(entry.name);
  for (const { title, things } of groupsOf(entry)) {
    anchorOf(title);
    for (const thing of things) {
      anchors.set(thing.node, anchorOf(headingOf(thing)));
      for (const heading of methodHeadings(thing)) anchorOf(heading);
    }
  }
  return anchors;

  function anchorOf(heading) {
    const words = heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    const times = seen.get(words) ?? 0;
    seen.set(words, times + 1);
    return times === 0 ? words : `${words}-${times}`;
  }
}

function methodHeadings({ kind, name, node }) {
  if (kind !== 'class') return [];
  return membersOf(node)
    .filter(isCallable)
    .map((member) => methodHeading(name, member));
}
