// Which servers are too old, by the word that they have for their version.
import { isMysqlHopeless } from '../../../src/store/dialects/hopeless.ts';
import { KnownOutcome } from '../../../src/store/dialects/known-outcome.ts';
import {
  productOf,
  requireRecent,
  ServerTooOld,
} from '../../../src/store/dialects/mysql/product.ts';

describe('productOf', () => {
  it.each([
    ['10.5.29-MariaDB-log', 'MariaDB 10.5.29', '10.6'],
    ['5.5.68-MariaDB', 'MariaDB 5.5.68', '10.6'],
    ['10.6.0-MariaDB', 'MariaDB 10.6.0', null],
    ['11.0.2-MariaDB', 'MariaDB 11.0.2', null],
    ['5.7.44-log', 'MySQL 5.7.44', '8.0.16'],
    ['8.0.15', 'MySQL 8.0.15', '8.0.16'],
    ['8.0.16', 'MySQL 8.0.16', null],
    ['8.4.0', 'MySQL 8.4.0', null],
    ['9.1.0', 'MySQL 9.1.0', null],
    ['of our own', 'MySQL of our own', null],
  ])('%s', (version, name, needed) => {
    expect(productOf(version)).toMatchObject({ name, needed });
  });
});

describe('requireRecent', () => {
  it('refuses what no waiting makes newer', () => {
    const refuse = () => requireRecent(productOf('8.0.15'));
    expect(refuse).toThrow(ServerTooOld);
    expect(isMysqlHopeless(new KnownOutcome('not-run', new ServerTooOld()))).toBe(true);
    expect(() => requireRecent(productOf('8.0.16'))).not.toThrow();
  });
});
