// Whether the tables are there that were made.
import { LIST, tablesMadeIn } from './made-here.ts';
import type { Check, Found, Patient } from './patient.ts';

export const tablesCheck: Check = {
  subject: 'whether its tables are there',
  look: async (patient) => {
    const lacking = await lackingOf(patient);
    if (lacking.length === 0) return [];
    // A rename may have come between the rows and the tables.
    const still = await lackingOf(patient);
    const gone = lacking.filter((name) => still.includes(name));
    return gone.length === 0 ? [] : [tablesMissing(gone)];
  },
};

/** Tables that were made, and lead nowhere. */
async function lackingOf(patient: Patient): Promise<string[]> {
  const names = (await tablesMadeIn(patient)).map(({ name }) => name);
  const there = await patient.tablesAmong(names);
  const gone: string[] = [];
  for (const name of names.filter((each) => !there.has(each))) {
    if (!(await patient.isOutOfSight?.(name))) gone.push(name);
  }
  return gone;
}

function tablesMissing(names: readonly string[]): Found {
  return {
    id: 'table-missing',
    found: names.includes(LIST)
      ? `${LIST} is not there, which lists what was migrated; other tables of the service are.`
      : `${names.join(', ')}: made by a migration, and not there any more.`,
    mend:
      'Stop the service, and restore it from a backup (docs/operations.md): what was in it is lost otherwise. ' +
      'aftercommit migrate makes nothing anew that was made before.',
    sql: [],
  };
}
