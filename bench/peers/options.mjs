// What the command line asks for, and how much is measured for it.
import { parseArgs } from 'node:util';
import { databaseKinds } from '../databases/databases.mjs';
import { UsageError } from '../options.mjs';
import { measureNames } from './measure-names.mjs';

export const USAGE = `node bench/peers/run.mjs [--quick] [--db sqlite|postgres|mysql] [--only MEASURE] [--json]

Measures the product beside other products in the same run; \`npm run build\` first.
  --quick         small sizes; for trends, not for figures to keep
  --db KIND       one database only; may be given several times
  --only MEASURE  one of ${measureNames.join(', ')}; may be given several times
  --json          JSON instead of tables

TEST_POSTGRES_URL and TEST_MYSQL_URL name servers to use instead of throw-away ones.
`;

/** Sizes of a run. A slice is one variant in one round. */
const FULL = {
  rounds: 4,
  sliceMs: 2000,
  backlogEvents: 50_000,
  latencyMs: 5000,
  archiveEvents: 50_000,
};
const QUICK = {
  rounds: 4,
  sliceMs: 400,
  backlogEvents: 10_000,
  latencyMs: 1500,
  archiveEvents: 10_000,
};

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  db: { type: 'string', multiple: true, default: databaseKinds },
  only: { type: 'string', multiple: true, default: measureNames },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** Throws `UsageError`. */
export function readOptions(args) {
  const values = parse(args);
  check('--db', values.db, databaseKinds);
  check('--only', values.only, measureNames);
  return {
    kinds: databaseKinds.filter((kind) => values.db.includes(kind)),
    measures: measureNames.filter((name) => values.only.includes(name)),
    sizes: values.quick ? QUICK : FULL,
    isJson: values.json,
    isHelp: values.help,
  };
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function check(flag, given, known) {
  const unknown = given.filter((each) => !known.includes(each));
  if (unknown.length === 0) return;
  throw new UsageError(`${flag} must be one of ${known.join(', ')}, got ${unknown.join(', ')}`);
}
