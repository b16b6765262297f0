import { Hint } from '../../../src/base/hint.ts';
import type { EventRow } from '../../../src/contract/event.ts';
import { Audience } from '../../../src/feed/audience.ts';
import { id } from '../../support/events.ts';

const row = (nth: number, type: string): EventRow => [id(nth), type, '1', ''];
const wantOf = (type: string) => {
  const looked: string[] = [];
  const lets = (each: string) => {
    looked.push(each);
    return each === type;
  };
  return { looked, filter: { key: type, lets } };
};

/** A hint that counts. */
function listener() {
  const hint = new Hint();
  let count = 0;
  const give = hint.give.bind(hint);
  hint.give = () => {
    count += 1;
    give();
  };
  return { hint, count: () => count };
}

describe('Audience', () => {
  it('wakes those who want what comes, once, and nobody else', () => {
    const audience = new Audience();
    const [a, b, every] = [listener(), listener(), listener()];
    audience.join(wantOf('A').filter, id(0), a.hint);
    audience.join(wantOf('B').filter, id(0), b.hint);
    audience.join(null, id(0), every.hint);
    audience.tell([row(1, 'A')]);
    audience.tell([row(2, 'A')]);
    expect([a, b, every].map(({ count }) => count())).toEqual([1, 0, 1]);
  });

  it('says how far nothing wanted has come', () => {
    const audience = new Audience();
    const { filter } = wantOf('B');
    const waiting = audience.join(filter, id(0), new Hint());
    audience.tell([row(1, 'A'), row(2, 'A')]);
    audience.tell([row(3, 'A'), row(4, 'B')]);
    audience.tell([row(5, 'A')]);
    expect(waiting.leave()).toBe('2');
  });

  it('looks once for all who want the same', () => {
    const audience = new Audience();
    const { filter, looked } = wantOf('B');
    for (let nth = 0; nth < 100; nth += 1) audience.join({ ...filter }, id(0), new Hint());
    audience.tell([row(1, 'A')]);
    expect(looked).toEqual(['A']);
  });

  it('wakes on demand those past whom something went, and not those past whom nothing did', () => {
    const audience = new Audience();
    const [passed, resting] = [listener(), listener()];
    audience.join(wantOf('B').filter, id(0), passed.hint);
    audience.tell([row(1, 'A')]);
    audience.join(wantOf('C').filter, id(1), resting.hint);
    audience.wakePassed();
    expect([passed.count(), resting.count()]).toEqual([1, 0]);
    audience.wakeAll();
    expect([passed.count(), resting.count()]).toEqual([1, 1]);
  });

  it('forgets who has left', () => {
    const audience = new Audience();
    const gone = listener();
    audience.join(null, id(0), gone.hint).leave();
    audience.tell([row(1, 'A')]);
    expect(gone.count()).toBe(0);
  });
});
