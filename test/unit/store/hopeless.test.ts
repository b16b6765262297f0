// Which failures of a start waiting cannot cure.
import { isMysqlHopeless, isPostgresHopeless } from '../../../src/store/dialects/hopeless.ts';
import { KnownOutcome } from '../../../src/store/dialects/known-outcome.ts';

type Facts = Readonly<Record<string, unknown>>;

const failure = (facts: Facts) => Object.assign(new Error('failed'), facts);
/** As who connects tells it, and as who ran a statement. */
const both = (facts: Facts) => [failure(facts), new KnownOutcome('not-run', failure(facts))];
const twice = (facts: Facts) => new KnownOutcome('rolled-back', both(facts)[1]);

describe('isPostgresHopeless', () => {
  it.each<[string, boolean, Facts]>([
    ['a wrong password', true, { code: '28P01' }],
    ['a host that is not let in', true, { code: '28000' }],
    ['a missing database', true, { code: '3D000' }],
    ['a lacking right', true, { code: '42501' }],
    ['a URL that cannot be read', true, { code: 'ERR_INVALID_URL' }],
    ['a certificate that is not trusted', true, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
    ['no TLS', true, { message: 'The server does not support SSL connections' }],
    ['a server that starts', false, { code: '57P03' }],
    ['too many connections', false, { code: '53300' }],
    ['a server that is not there', false, { code: 'ECONNREFUSED', syscall: 'connect' }],
    ['a connection that went', false, { code: 'EPIPE', syscall: 'write' }],
    ['a lock time-out', false, { code: '55P03' }],
  ])('%s: %p', (_, isHopeless, facts) => {
    for (const error of [...both(facts), twice(facts)]) {
      expect(isPostgresHopeless(error)).toBe(isHopeless);
    }
  });

  it('is what is no failure of a connection, unless somebody knew more of it', () => {
    expect(both({}).map(isPostgresHopeless)).toEqual([true, false]);
  });
});

describe('isMysqlHopeless', () => {
  it.each<[string, boolean, Facts]>([
    ['no access to the database', true, { errno: 1044 }],
    ['a wrong password', true, { errno: 1045 }],
    ['a missing database', true, { errno: 1049 }],
    ['a blocked host', true, { errno: 1129 }],
    ['a host that is not let in', true, { errno: 1130 }],
    ['a lacking right', true, { errno: 1142 }],
    ['a lacking right to a column', true, { errno: 1143 }],
    ['no TLS', true, { code: 'HANDSHAKE_NO_SSL_SUPPORT', fatal: true }],
    ['too many connections', false, { errno: 1040 }],
    ['a server that was demoted', false, { errno: 1290 }],
    ['a server that is not there', false, { errno: -111, syscall: 'connect', fatal: true }],
    ['a deadlock', false, { errno: 1213 }],
  ])('%s: %p', (_, isHopeless, facts) => {
    for (const error of [...both(facts), twice(facts)]) {
      expect(isMysqlHopeless(error)).toBe(isHopeless);
    }
  });

  it('is what is no failure of a connection, unless somebody knew more of it', () => {
    expect(both({}).map(isMysqlHopeless)).toEqual([true, false]);
  });
});
