import { postgresOutcome } from '../../../src/store/dialects/db-errors.ts';
import { KnownOutcome } from '../../../src/store/dialects/known-outcome.ts';

const failure = (facts: { message?: string; code?: string; syscall?: string; name?: string }) =>
  Object.assign(new Error(facts.message ?? 'failed'), facts);

describe('postgresOutcome', () => {
  it.each([
    ['a deadlock', { code: '40P01' }, 'rolled-back'],
    ['a serialization failure', { code: '40001' }, 'rolled-back'],
    ['a lock time-out', { code: '55P03' }, 'rolled-back'],
    ['a statement time-out', { code: '57014' }, 'rolled-back'],
    ['a transaction that was idle for too long', { code: '25P03' }, 'rolled-back'],
    [
      'a query on a client that is known to be lost',
      { message: 'Client has encountered a connection error and is not queryable' },
      'rolled-back',
    ],
    ['a full disk', { code: '53100' }, 'not-run'],
    ['too many connections', { code: '53300' }, 'not-run'],
    ['a server that starts up', { code: '57P03' }, 'not-run'],
    ['a server that was demoted', { code: '25006' }, 'not-run'],
    ['a server that is not there', { code: 'ECONNREFUSED', syscall: 'connect' }, 'not-run'],
    ['a host that is not known', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'not-run'],
    ['a name of which no address answers', { code: 'ECONNREFUSED' }, 'not-run'],
    ['a socket that the other side has ended', { code: 'EPIPE' }, 'unknown'],
    ['a socket that was destroyed', { code: 'ERR_STREAM_DESTROYED' }, 'unknown'],
    ['a wrong argument', { code: 'ERR_INVALID_ARG_TYPE' }, 'refused'],
    ['a transaction time-out', { code: '25P04' }, 'rolled-back'],
    ['a reset connection', { code: 'ECONNRESET', syscall: 'read' }, 'unknown'],
    ['a broken pipe', { code: 'EPIPE', syscall: 'write' }, 'unknown'],
    ['a closed connection', { message: 'Connection terminated unexpectedly' }, 'unknown'],
    [
      'the same by way of knex',
      { message: 'COMMIT; - Connection terminated unexpectedly' },
      'unknown',
    ],
    ['a server without a word', { message: 'Query read timeout' }, 'unknown'],
    ['an administrator', { code: '57P01' }, 'unknown'],
    ['a crash of the server', { code: '57P02' }, 'unknown'],
    ['a connection failure', { code: '08006' }, 'unknown'],
    ['a bad value', { code: '22P02' }, 'refused'],
    ['a duplicate', { code: '23505' }, 'refused'],
    ['a missing table', { code: '42P01' }, 'refused'],
    ['an error of ours', { message: 'cannot read properties' }, 'refused'],
  ])('calls %s by its outcome', (_, facts, outcome) => {
    expect(postgresOutcome(failure(facts))).toBe(outcome);
  });

  it('believes who knows better', () => {
    const refused = failure({ code: 'ECONNREFUSED', syscall: 'connect' });
    expect(postgresOutcome(new KnownOutcome('not-run', refused))).toBe('not-run');
  });

  it('has an answer for anything that may be thrown', () => {
    for (const thrown of [undefined, null, 'text', {}]) {
      expect(postgresOutcome(thrown)).toBe('refused');
    }
  });
});
