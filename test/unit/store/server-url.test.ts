// Which URLs of database servers are refused before a driver reads them, and in which words.
import { urlProblem } from '../../../src/store/source-problem.ts';

const ESCAPE = (part: string) => `has a % in its ${part} that begins no escape of UTF-8`;
const AT = 'has an @ behind its first / or #';
const AT_IN_QUERY = 'has an @ behind its first ?';
const PORT = 'has a port that is no number from 1 to 65535';

describe.each(['postgres:', 'postgresql:', 'mysql:', 'mariadb:'])('a URL of %s', (scheme) => {
  it.each([
    ['//us%zzer:secret@h/x', ESCAPE('user')],
    ['//us%4:secret@h/x', ESCAPE('user')],
    ['//us%ffer:secret@h/x', ESCAPE('user')],
    ['//u:secret%@h/x', ESCAPE('password')],
    ['//u:secret%2F%of@h/x', ESCAPE('password')],
    ['//u:secret%c3@h/x', ESCAPE('password')],
    ['//u:secret@h%zz/x', ESCAPE('host')],
    ['//u:secret@a,h%zz/x', ESCAPE('host')],
    ['//u:secret@h/x%', ESCAPE('name of the database')],
    ['//u:secret@h/x?ssl=%q', ESCAPE('query')],
    ['//u:secret@h:99999/x', PORT],
    ['//u:secret@h:0/x', PORT],
    ['//u:secret@h:port/x', PORT],
    ['//u:secret@a:1,b:-2/x', PORT],
    ['//u:secret@h/x?port=y', PORT],
    // Taken apart at a character of the password.
    ['//u:se?cret@h/x', AT_IN_QUERY],
    ['//u:5?secret@h/x', AT_IN_QUERY],
    ['//u:5?se=cret@h/x', AT_IN_QUERY],
    ['//u:5/se?cret@h/x', AT_IN_QUERY],
    ['//u:s@e?cr=et@h/x', AT_IN_QUERY],
    ['//u:se/cret@h/x', AT],
    ['//u:5/secret@h/x', AT],
    ['//u:5#secret@h/x', AT],
    ['//u:secret@h/x#y', 'holds a #, which ends it'],
    ['//u:secret@h/x y', 'holds white space'],
    ['//u:secret@h/x\n', 'holds white space'],
    ['//u:secret@a,/x', 'lacks the name of a host'],
    ['//u:secret@a,,b/x', 'lacks the name of a host'],
    ['//u:secret@:5432/x', 'lacks the name of a host'],
    ['//u:secret@', 'lacks the name of a host'],
    ['//u:secret@a<b/x', 'names a host that is none'],
    ['//u:secret@[::zz]/x', 'names a host that is none'],
  ])('with %s is refused', (rest, words) => {
    const problem = urlProblem(`${scheme}${rest}`);
    expect(problem).toContain(`The URL of the database server ${words}`);
    expect(problem).not.toMatch(/secret|cret|us%/);
  });

  it.each([
    '//h/x',
    '//u@h/x',
    '//u:p%40%2F%3F%23%25%c3%a9@h:1/x%20y',
    '//u:p@ss@h/x',
    '//u:p:q@h/x',
    '//ü:ß@h/ö',
    '//u:p@a:1,b,[::1]:65535/x',
    '//h:/x?application_name=a%20b',
    '//h/x?user=u@h',
    '///x',
  ])('with %s is not', (rest) => {
    expect(urlProblem(`${scheme}${rest}`)).toBeNull();
  });
});

it('a URL of PostgreSQL may have its host in its query, or none', () => {
  for (const rest of ['u:p@/x?host=/run/postgresql', 'u@/x', '%2Frun%2Fpostgresql/x', 'h']) {
    expect(urlProblem(`postgres://${rest}`)).toBeNull();
  }
  expect(urlProblem('mysql://u@/x')).toContain('lacks the name of a host');
});

it('a file of SQLite is named as it stands', () => {
  expect(urlProblem('sqlite:/a%zz/b c#d@e.db')).toBeNull();
});
