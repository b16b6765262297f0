// Everything that `doctor` looks at on MySQL and MariaDB.
import type { Practice } from '../../../examining/patient.ts';
import { mysqlRefusal } from '../../refusals.ts';
import { rightsCheck, transactionsCheck, triggersCheck } from './access-check.ts';
import { binlogCheck, diskCheck, storageCheck } from './durability-check.ts';
import { apart, galeraCheck } from './galera-check.ts';
import { MysqlPatient, NodeApart } from './mysql-patient.ts';
import {
  autoincrementCheck,
  connectionsCheck,
  constraintsCheck,
  packetCheck,
  standingOf,
  timeLimitsCheck,
  versionCheck,
  writableCheck,
} from './server-check.ts';

export const mysqlDoctor: Practice<MysqlPatient> = {
  connect: MysqlPatient.connect,
  refusal: (error, url) => (error instanceof NodeApart ? apart(error) : mysqlRefusal(error, url)),
  standing: standingOf,
  checks: [
    versionCheck,
    writableCheck,
    rightsCheck,
    connectionsCheck,
    diskCheck,
    binlogCheck,
    storageCheck,
    packetCheck,
    constraintsCheck,
    autoincrementCheck,
    galeraCheck,
    transactionsCheck,
    triggersCheck,
    timeLimitsCheck,
  ],
};
