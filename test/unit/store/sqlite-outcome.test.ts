import { sqliteOutcome } from '../../../src/store/dialects/db-errors.ts';

const failure = (facts: object) => Object.assign(new Error('failed'), facts);

describe('sqliteOutcome', () => {
  it.each([
    ['another writer', { code: 'ERR_SQLITE_ERROR', errcode: 5 }, 'rolled-back'],
    ['a full disk', { code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'not-run'],
    ['a connection that stayed in use', { name: 'KnexTimeoutError' }, 'not-run'],
    ['a constraint', { code: 'ERR_SQLITE_ERROR', errcode: 19 }, 'refused'],
  ])('calls %s by its outcome', (_, facts, outcome) => {
    expect(sqliteOutcome(failure(facts))).toBe(outcome);
  });

  it('has an answer for anything that may be thrown', () => {
    for (const thrown of [undefined, null, 'text', {}])
      expect(sqliteOutcome(thrown)).toBe('refused');
  });
});
