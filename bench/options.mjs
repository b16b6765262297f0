// What the command line asks for, and how much is measured for it.
import { parseArgs } from 'node:util';
import { databaseKinds } from './databases/databases.mjs';

export const USAGE = `npm run bench -- [--quick] [--db sqlite|postgres|mysql] [--latency SECONDS]
                   [--json] [--keep NOTE]

Measures our path against floors of the same run, and fails on any lost, doubled or reordered event.
  --quick      about a minute for all three databases; for trends, not for figures to keep
  --db KIND    one database only; may be given several times
  --latency S  latencies only, in slices of S seconds: for so long the other transaction stays open
  --json       JSON instead of tables
  --keep NOTE  keeps the report as bench/results/<date>.md with this note on the machine

TEST_POSTGRES_URL and TEST_MYSQL_URL name servers to use instead of throw-away ones.
`;

/** Sizes of a run. A slice is one variant in one round. */
const FULL = { rounds: 5, sliceMs: 2000, backlogEvents: 50_000, latencyMs: 5000, syncMs: 2000 };
const LONG = { rounds: 2, syncMs: 2000 };
const QUICK = { rounds: 4, sliceMs: 200, backlogEvents: 10_000, latencyMs: 600, syncMs: 300 };

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  db: { type: 'string', multiple: true, default: databaseKinds },
  latency: { type: 'string' },
  json: { type: 'boolean', default: false },
  keep: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** What is wrong with the command line, in the user's words. */
export class UsageError extends Error {}

/** Throws `UsageError`. */
export function readOptions(args) {
  const values = parse(args);
  const unknown = values.db.filter((kind) => !databaseKinds.includes(kind));
  if (unknown.length > 0) {
    const expected = databaseKinds.join(', ');
    throw new UsageError(`--db must be one of ${expected}, got ${unknown.join(', ')}`);
  }
  return {
    kinds: databaseKinds.filter((kind) => values.db.includes(kind)),
    sizes: sizesOf(values),
    flags: flagsOf(args, values.keep),
    isJson: values.json,
    note: values.keep ?? null,
    isHelp: values.help,
  };
}

function sizesOf({ quick, latency }) {
  if (latency === undefined) return { ...(quick ? QUICK : FULL), isLatencyOnly: false };
  const seconds = Number(latency);
  if (!(seconds >= 1)) throw new UsageError(`--latency takes seconds, at least 1, got ${latency}`);
  return { ...LONG, latencyMs: seconds * 1000, isLatencyOnly: true };
}

/** As they were given, without the note: so the run can be repeated. */
function flagsOf(args, note) {
  return args.filter((arg) => arg !== note && !arg.startsWith('--keep'));
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}
