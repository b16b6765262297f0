import {
  isMysqlNullColumn,
  mysqlCommitOutcome,
  mysqlOutcome,
} from '../../../src/store/dialects/db-errors.ts';
import { KnownOutcome } from '../../../src/store/dialects/known-outcome.ts';

interface Facts {
  message?: string;
  errno?: number;
  code?: string;
  syscall?: string;
  fatal?: boolean;
  name?: string;
}
const failure = (facts: Facts) => Object.assign(new Error(facts.message ?? 'failed'), facts);

describe('mysqlOutcome', () => {
  it.each([
    ['a deadlock', { errno: 1213 }, 'rolled-back'],
    ['a lock time-out', { errno: 1205 }, 'rolled-back'],
    ['a statement time-out of MariaDB', { errno: 1969 }, 'rolled-back'],
    ['a statement time-out of MySQL', { errno: 3024 }, 'rolled-back'],
    ['a statement that was killed', { errno: 1317 }, 'rolled-back'],
    [
      'a query on a connection that is known to be lost',
      { message: "Can't add new command when connection is in closed state", fatal: true },
      'rolled-back',
    ],
    ['a write after the other side hung up', { code: 'EPIPE' }, 'rolled-back'],
    ['a full disk', { errno: 1021 }, 'not-run'],
    ['too many connections', { errno: 1040 }, 'not-run'],
    ['a wrong password', { errno: 1045 }, 'not-run'],
    ['a server that was demoted', { errno: 1290 }, 'not-run'],
    ['a server that is not there', { errno: -111, syscall: 'connect', fatal: true }, 'not-run'],
    ['a host that is not known', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'not-run'],
    ['a reset connection', { errno: -104, code: 'ECONNRESET', syscall: 'read' }, 'unknown'],
    ['a broken pipe', { errno: -32, code: 'EPIPE', syscall: 'write' }, 'unknown'],
    ['a closed connection', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }, 'unknown'],
    ['a server without a word', { code: 'PROTOCOL_SEQUENCE_TIMEOUT' }, 'unknown'],
    ['a failure of the commit', { errno: 1180 }, 'unknown'],
    ['a cluster without its quorum', { errno: 1047 }, 'unknown'],
    ['a shutdown', { errno: 1053 }, 'unknown'],
    ['a session that was killed', { errno: 1927 }, 'unknown'],
    ['a bad value', { errno: 1366 }, 'refused'],
    ['a duplicate', { errno: 1062 }, 'refused'],
    ['a missing table', { errno: 1146 }, 'refused'],
    ['a packet that is too large', { errno: 1153 }, 'refused'],
    ['an error of ours', { message: 'cannot read properties' }, 'refused'],
  ])('calls %s by its outcome', (_, facts, outcome) => {
    expect(mysqlOutcome(failure(facts))).toBe(outcome);
  });

  it('believes no interruption of a commit', () => {
    for (const errno of [1317, 1969, 3024]) {
      expect(mysqlCommitOutcome(failure({ errno }))).toBe('unknown');
    }
    expect(mysqlCommitOutcome(failure({ errno: 1213 }))).toBe('rolled-back');
    expect(mysqlCommitOutcome(undefined)).toBe('refused');
  });

  it('believes who knows better', () => {
    const lost = failure({ code: 'PROTOCOL_CONNECTION_LOST', fatal: true });
    expect(mysqlOutcome(new KnownOutcome('rolled-back', lost))).toBe('rolled-back');
  });

  it('has an answer for anything that may be thrown', () => {
    for (const thrown of [undefined, null, 'text', {}]) {
      expect(mysqlOutcome(thrown)).toBe('refused');
      expect(isMysqlNullColumn(thrown)).toBe(false);
    }
  });
});
