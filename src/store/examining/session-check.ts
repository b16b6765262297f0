// Whether the service can set up its sessions here. It changes the session, so it is the last that is looked at.
import type { Check } from './patient.ts';

export const sessionCheck: Check = {
  subject: 'how sessions are set up',
  look: async (patient) => {
    try {
      await patient.prepare();
      return [];
    } catch (error) {
      return [
        {
          id: 'session-refused',
          found: `The server refuses a setting that every session of the service makes: ${(error as Error).message}`,
          mend: 'Mend what it says; an older version than is supported does not know all of them.',
          sql: [],
        },
      ];
    }
  },
};
