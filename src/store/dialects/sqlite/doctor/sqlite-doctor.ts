// Everything that `doctor` looks at in a SQLite file.
import type { Practice } from '../../../examining/patient.ts';
import { sqliteDamage, sqliteRefusal } from '../../refusals.ts';
import { journalCheck, lockCheck, pagesCheck, triggersCheck } from './content-check.ts';
import { placeCheck, writersCheck } from './file-check.ts';
import { SqlitePatient } from './sqlite-patient.ts';

export const sqliteDoctor: Practice<SqlitePatient> = {
  connect: SqlitePatient.connect,
  refusal: sqliteRefusal,
  damage: sqliteDamage,
  checks: [placeCheck, writersCheck, triggersCheck, journalCheck, lockCheck, pagesCheck],
};
