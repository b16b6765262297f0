// A pooler that gives a session to others between two transactions: what is set and prepared on it is theirs then.
import type { Check } from '../../../examining/patient.ts';
import { PostgresPatient } from './postgres-patient.ts';

/** Each is given by turns what lies free, most often what the other one has just left. */
const TURNS = 3;
const BACKEND = 'select pg_backend_pid() as pid';

export const poolerCheck: Check<PostgresPatient> = {
  subject: 'whether there is a pooler before it',
  look: async (patient) => {
    const other = await PostgresPatient.connect(patient.request);
    try {
      const [ours, theirs] = [new Set<unknown>(), new Set<unknown>()];
      for (let turn = 0; turn < TURNS; turn += 1) {
        ours.add((await patient.ask(BACKEND))[0]?.pid);
        theirs.add((await other.ask(BACKEND))[0]?.pid);
      }
      if (![...ours].some((pid) => theirs.has(pid))) return [];
    } finally {
      await other.close();
    }
    return [
      {
        id: 'pooler',
        found:
          'Two connections that are open share one session of the server: a pooler lends it by transaction.',
        mend: 'Connect to the server itself, or have the pooler lend sessions (PgBouncer: pool_mode = session).',
        sql: [],
      },
    ];
  },
};
