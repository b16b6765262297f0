// What the command line asks for.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { databaseKinds } from './databases/databases.mjs';
import { measureNames } from './measures/measures.mjs';
import { sizesOf } from './sizes.mjs';

export const USAGE = `npm run bench -- [--quick] [--db sqlite|postgres|mysql] [--only NAME,...] [--peers]
                   [--latency SECONDS] [--json] [--keep NOTE] [--profile FOLDER]

Measures our path against floors of the same run, and fails on any lost, doubled or reordered event.
  --quick      two or three minutes for all three databases; for trends, not for figures to keep
  --db KIND    one database only; may be given several times
  --only NAME  some measures only: ${measureNames.join(', ')}
  --peers      other systems in the same run too (bench/peers)
  --latency S  latencies only, in slices of S seconds: for so long the other transaction stays open
  --json       JSON instead of tables
  --keep NOTE  keeps the report with this note on the machine: bench/results/<date>.md, .json and .svg
  --profile F  a CPU profile of each process that is started, into this folder; the figures suffer

TEST_POSTGRES_URL and TEST_MYSQL_URL name servers to use instead of throw-away ones.
`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  db: { type: 'string', multiple: true, default: databaseKinds },
  only: { type: 'string', multiple: true, default: measureNames },
  peers: { type: 'boolean', default: false },
  latency: { type: 'string' },
  json: { type: 'boolean', default: false },
  keep: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** What is wrong with the command line, in the user's words. */
export class UsageError extends Error {}

/** Throws `UsageError`. */
export function readOptions(args) {
  const values = parse(args);
  const latencySeconds = readSeconds(values.latency);
  return {
    kinds: chosen('--db', values.db, databaseKinds),
    names: latencySeconds ? ['latency'] : chosen('--only', values.only, measureNames),
    hasPeers: values.peers,
    isQuick: values.quick,
    sizes: sizesOf({ isQuick: values.quick, latencySeconds }),
    flags: flagsOf(args, values.keep),
    isJson: values.json,
    note: values.keep ?? null,
    profileFolder: values.profile ? resolve(values.profile) : null,
    isHelp: values.help,
  };
}

/** In their own order, whatever the order they were given in. */
function chosen(flag, values, known) {
  const given = values.flatMap((value) => value.split(','));
  const unknown = given.filter((value) => !known.includes(value));
  if (unknown.length > 0) {
    throw new UsageError(`${flag} must be one of ${known.join(', ')}, got ${unknown.join(', ')}`);
  }
  return known.filter((value) => given.includes(value));
}

function readSeconds(text) {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds >= 1)) throw new UsageError(`--latency takes seconds, at least 1, got ${text}`);
  return seconds;
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
