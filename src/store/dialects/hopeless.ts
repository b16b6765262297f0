// Which failures of a first try waiting cannot cure: a wrong password, a database that is not there, a right that is
// lacking, a server that is too old. A service that runs tries again all the same, since passwords are changed and
// databases moved under it.
import { isMysqlAnswer, mysqlOutcome, postgresOutcome } from './db-errors.ts';
import { KnownOutcome } from './known-outcome.ts';
import { ServerTooOld } from './mysql/product.ts';

const SQLSTATE = /^[0-9A-Z]{5}$/;

const MYSQL_HOPELESS: ReadonlySet<number> = new Set([
  1044, // no access to the database
  1045, // no access
  1049, // no such database
  1129, // host blocked, until somebody lets it in again
  1130, // host not allowed
]);

/** Node's and OpenSSL's, and mysql2's for a server without TLS. */
const SETTING_CODES = /^ERR_(?:INVALID_URL|TLS_.*)$|CERT|HANDSHAKE_NO_SSL_SUPPORT/;
/** pg has no code for it. */
const PG_WITHOUT_TLS = /does not support SSL/;

interface Failure {
  readonly message?: string;
  readonly code?: unknown;
  readonly errno?: number;
}

export function isPostgresHopeless(error: unknown): boolean {
  if (!(error instanceof KnownOutcome) && postgresOutcome(error) === 'refused') return true;
  const bare = bareOf(error);
  const { code, message = '' } = bare;
  if (isOfSettings(bare) || PG_WITHOUT_TLS.test(message)) return true;
  return typeof code === 'string' && SQLSTATE.test(code) && postgresOutcome(bare) === 'refused';
}

export function isMysqlHopeless(error: unknown): boolean {
  if (!(error instanceof KnownOutcome) && mysqlOutcome(error) === 'refused') return true;
  const bare = bareOf(error);
  if (isOfSettings(bare) || bare instanceof ServerTooOld) return true;
  if (!isMysqlAnswer(bare)) return false;
  return MYSQL_HOPELESS.has(bare.errno as number) || mysqlOutcome(bare) === 'refused';
}

/** What a place that knew the outcome better had caught. */
function bareOf(error: unknown): Failure {
  const thrown = error instanceof KnownOutcome ? error.cause : error;
  return thrown instanceof KnownOutcome ? bareOf(thrown) : ((thrown ?? {}) as Failure);
}

function isOfSettings({ code }: Failure): boolean {
  return typeof code === 'string' && SETTING_CODES.test(code);
}
