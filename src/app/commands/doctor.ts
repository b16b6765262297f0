// Looks for what breaks the promises of the service in the databases of the configuration, and changes nothing. It
// works where the service would not start.

import { type ExaminationOptions, examine } from '../../store/examination.ts';
import { absenceOf } from '../../store/source-problem.ts';
import { type Call, type Command, Failure } from '../command.ts';
import { ACTIVE_SETTINGS } from '../databases.ts';
import { type ExaminedServer, jsonOf, linesOf, summaryOf, tallyOf } from '../finding-report.ts';
import { type Output, OutputClosed } from '../output.ts';

export const doctor: Command = {
  usage: 'doctor',
  description:
    'Looks at every server of the active database and of the warehouse for what breaks a promise of the service, and ' +
    'says for each finding what it found, what it breaks, and the statement that mends it. It changes nothing. The ' +
    'exit code is 1 when a promise is broken (error). See docs/doctor.md.',
  argsMin: 0,
  argsMax: 0,
  flags: {
    json: { description: 'Print one JSON object.' },
    strict: { description: 'Exit with 1 for a warning, too.' },
    deep: { description: 'Read a SQLite database as a whole, to find pages that are damaged.' },
  },
  settings: [...ACTIVE_SETTINGS, 'warehouseUrl'],
  run: async (call) => {
    const { flags, settings, stdout } = call;
    const { databaseUrl, warehouseUrl } = settings;
    const active = await examined(call, { database: 'active', url: databaseUrl, warehouseUrl });
    // The file that a warehouse is by default is made by the first who archives.
    const isInUse =
      absenceOf(warehouseUrl) === null || active.some(({ requiresArchive }) => requiresArchive);
    const moving = active.flatMap((server) => server.movingStreams ?? []);
    const isKnown = active.some((server) => server.movingStreams !== null);
    const movingStreams = isKnown ? moving : null;
    const ofWarehouse = { database: 'warehouse', url: warehouseUrl, movingStreams } as const;
    const warehouse = isInUse ? await examined(call, ofWarehouse) : [];
    const servers = [...active, ...warehouse];
    const tally = tallyOf(servers);
    const summary = summaryOf(tally);
    const lines = flags.has('json') ? [jsonOf(servers)] : [...linesOf(servers), summary];
    await printAll(stdout, lines);
    const isBroken = tally.error > 0 || (flags.has('strict') && tally.warning > 0);
    if (isBroken) throw new Failure(`The databases do not keep every promise: ${summary}.`);
  },
};

/** What was found stays so when nobody reads on, such as behind `head`. */
async function printAll(stdout: Output, lines: readonly string[]): Promise<void> {
  try {
    for (const line of lines) await stdout.print(line);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}

type AskedOf = Pick<ExaminationOptions, 'database' | 'url' | 'warehouseUrl' | 'movingStreams'>;

async function examined({ flags, settings }: Call, asked: AskedOf): Promise<ExaminedServer[]> {
  const servers = await examine({
    ...asked,
    streams: settings.streams,
    poolMax: settings.databasePoolMax,
    timeoutMs: settings.databaseTimeoutMs,
    isDeep: flags.has('deep'),
  });
  return servers.map((server) => ({ database: asked.database, ...server }));
}
