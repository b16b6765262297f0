// Everything that `doctor` looks at on PostgreSQL.
import type { Practice } from '../../../examining/patient.ts';
import { postgresRefusal } from '../../refusals.ts';
import { connectionsCheck, producersCheck, rightsCheck, triggersCheck } from './access-check.ts';
import { commitsCheck, diskCheck, storageCheck } from './durability-check.ts';
import { sequencesCheck } from './inbox-check.ts';
import { poolerCheck } from './pooler-check.ts';
import { PostgresPatient } from './postgres-patient.ts';
import { slotsCheck, standbysCheck, standingOf } from './replication-check.ts';
import { schemaCheck } from './schema-check.ts';
import { searchPathCheck } from './search-path-check.ts';
import { encodingCheck, timeLimitsCheck, versionCheck, writableCheck } from './server-check.ts';
import { transactionsCheck } from './transactions-check.ts';

export const postgresDoctor: Practice<PostgresPatient> = {
  connect: PostgresPatient.connect,
  refusal: postgresRefusal,
  standing: standingOf,
  checks: [
    versionCheck,
    poolerCheck,
    writableCheck,
    encodingCheck,
    schemaCheck,
    searchPathCheck,
    rightsCheck,
    producersCheck,
    connectionsCheck,
    diskCheck,
    commitsCheck,
    storageCheck,
    standbysCheck,
    slotsCheck,
    sequencesCheck,
    transactionsCheck,
    triggersCheck,
    timeLimitsCheck,
  ],
};
