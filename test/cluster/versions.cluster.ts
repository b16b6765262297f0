// Other versions of PostgreSQL than that of all tests: those that the service runs on pass what every database must,
// and those that it does not run on are refused, and found by the doctor. The servers are packages of npm, and for
// Linux on x64 only; elsewhere this is skipped, and said so.
import { join } from 'node:path';
import type { FindingId } from '../../src/store/finding-table.ts';
import { diagnose } from '../app/doctor/diagnosis.ts';
import { cli } from '../app/run-cli.ts';
import { INSTALL_MS_MAX, installPackage } from '../support/foreign-package.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { runConformance } from './conformance.ts';

/** Each is what versions/package names, the last of its major version; 15 is that of all tests. */
const SUPPORTED = [14, 16, 17, 18];
/** With what the doctor finds there beside its age: 10 does not know all that is asked of it. */
const TOO_OLD: readonly (readonly [number, readonly FindingId[]])[] = [
  [13, ['session-refused', 'migrations-missing']],
  [10, ['session-refused', 'migrations-missing', 'check-failed']],
];
/** A crash of the machine is not tried here. */
const FAST = { fsync: 'off', full_page_writes: 'off' };
/** Several times what it takes. */
const SUITE_MS_MAX = 900_000;
const PASSED_MIN = 200;

const isHere = process.platform === 'linux' && process.arch === 'x64';

(isHere ? describe : describe.skip)(
  `PostgreSQL${isHere ? '' : ' (skipped, its packages are for Linux on x64)'}`,
  () => {
    let modules: string;
    let server: OwnServer | null = null;
    const start = async (version: number, serverSettings = {}) => {
      const packageFolder = join(modules, `postgres-${version}`);
      const own = await startOwnServer('postgres', { packageFolder, serverSettings });
      server = own;
      const sql = await openSqlSession('postgres', own.url);
      const [row] = await sql.run('show server_version').finally(() => sql.close());
      expect(String(row?.server_version).split('.')[0]).toBe(String(version));
      return { url: own.url, packageFolder };
    };
    beforeAll(async () => {
      modules = await installPackage(join(__dirname, 'versions/package'), 'postgres-versions');
    }, INSTALL_MS_MAX);
    afterEach(async () => {
      await server?.close();
      server = null;
    });

    it.each(SUPPORTED)(
      '%i passes the conformance suite, a history, and what the doctor is to find',
      async (version) => {
        const { url, packageFolder } = await start(version, FAST);
        const { failed, skipped, passed } = await runConformance(url, packageFolder);
        expect({ failed, skipped }).toEqual({ failed: [], skipped: 0 });
        expect(passed).toBeGreaterThan(PASSED_MIN);
      },
      SUITE_MS_MAX,
    );

    describe.each(TOO_OLD)('%i, which is too old', (version, more) => {
      it('is refused at the start, and found by the doctor, who looks at all else', async () => {
        const { url } = await start(version);
        const { code: migrated, stderr } = await cli(['migrate'], {
          env: { EVT_DATABASE_URL: url },
        });
        expect([migrated, stderr]).toEqual([
          1,
          expect.stringMatching(`PostgreSQL ${version}\\.\\d+ is too old: 14 or later is needed`),
        ]);
        const { ids, findings, code } = await diagnose(url);
        expect([ids, code]).toEqual([['version-old', ...more], 1]);
        expect(findings[0]?.found).toMatch(new RegExp(`^It is PostgreSQL ${version}\\.\\d+\\.$`));
      });
    });
  },
);
