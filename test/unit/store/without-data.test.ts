import { inspect } from 'node:util';
import { withoutData } from '../../../src/store/dialects/db-errors.ts';
import { KnownOutcome } from '../../../src/store/dialects/known-outcome.ts';

const failure = (message: string, facts: object) => Object.assign(new Error(message), facts);
const mysql = (errno: number, sqlMessage: string) =>
  failure(`insert into t values (?) - ${sqlMessage}`, { errno, sqlMessage, sql: 'secret' });

describe('withoutData', () => {
  it.each([
    [
      'a bad number',
      failure('invalid input syntax for type bigint: "secret"', {
        severity: 'ERROR',
        code: '22P02',
      }),
    ],
    [
      'a row',
      failure('violates check "c"', {
        severity: 'ERROR',
        code: '23514',
        detail: 'Failing row (secret)',
      }),
    ],
    [
      'a token',
      failure('invalid input', { severity: 'ERROR', code: '22P02', where: 'JSON data: secret' }),
    ],
    ['a foreign trigger', failure('secret is refused', { severity: 'ERROR', code: 'P0001' })],
    ['a duplicate', mysql(1062, "Duplicate entry 'the 'secret' one' for key 'PRIMARY'")],
    [
      'a bad character',
      mysql(1366, "Incorrect string value: 'secret\nsecret' for column `d`.`t`.`c`"),
    ],
    ['a syntax error', mysql(1064, "You have an error near 'secret' at line 1")],
    ['one of known outcome', new KnownOutcome('refused', mysql(1062, "Duplicate entry 'secret'"))],
  ])('keeps nothing of %s', (_, error) => {
    const safe = withoutData(error);
    expect(inspect(safe, { depth: 10, showHidden: true })).not.toContain('secret');
  });

  it('keeps what helps', () => {
    const missing = "Table 'db.evt_queue' doesn't exist";
    expect(withoutData(mysql(1146, missing))).toMatchObject({
      message: expect.stringContaining(missing),
      errno: 1146,
    });
    const pg = failure('relation "evt_queue" does not exist', { severity: 'ERROR', code: '42P01' });
    expect(withoutData(pg)).toMatchObject({ message: pg.message, code: '42P01' });
    const lost = failure('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' });
    expect(withoutData(lost)).toMatchObject({ message: lost.message, code: 'ECONNREFUSED' });
    expect(withoutData(lost).stack).toBe(lost.stack);
  });

  it('has an answer for anything that may be thrown', () => {
    for (const thrown of [undefined, null, 'secret', {}]) {
      expect(withoutData(thrown).message).not.toContain('secret');
    }
  });
});
