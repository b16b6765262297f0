// The state that is measured: items of a KiB each, made of as many events.

const KIND = 'note';
const TYPE = 'NOTE_WRITTEN';
const TEXT = 'x'.repeat(1000);

/** Settings of a node that keeps it. */
export const STATE_SETTINGS = { stateKinds: [{ name: KIND, upsert: [TYPE], key: 'id' }] };

export const ITEMS_PER_MIB = 1024;

/** The drafts of the items from `first` on. */
export function itemDrafts(first, count) {
  return Array.from({ length: count }, (_, place) => ({
    type: TYPE,
    data: JSON.stringify(itemOf(first + place)),
  }));
}

/** Where item `n` can be asked for. */
export function itemPath(n) {
  return `/state/${KIND}/${keyOf(n)}`;
}

/** How many of the items 0 to `count` - 1 the text of the state does not hold as they were written. */
export function countWrongItems(text, count) {
  const items = JSON.parse(text).data[KIND];
  let wrong = Math.abs(Object.keys(items).length - count);
  for (let n = 0; n < count; n += 1) {
    if (JSON.stringify(items[keyOf(n)]) !== JSON.stringify(itemOf(n))) wrong += 1;
  }
  return wrong;
}

const itemOf = (n) => ({ id: keyOf(n), n, text: TEXT });
const keyOf = (n) => `item-${n}`;
