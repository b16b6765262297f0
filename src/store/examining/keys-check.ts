// Whether the tables have the keys that they were made with: what no two rows have in common. Without one, rows may be
// there twice, and a statement that relies on it may fail or walk the whole table. On SQLite none can be dropped.
import { tablesMadeIn } from './made-here.ts';
import { columnsOf, type MadeTable } from './made-tables.ts';
import type { Check, Found, KeyedTable } from './patient.ts';

export const keysCheck: Check = {
  subject: 'the keys of its tables',
  look: async (patient) => {
    if (patient.keyed === undefined) return [];
    const made = await tablesMadeIn(patient);
    if (made.length === 0) return [];
    const keyed = await patient.keyed(made.map(({ name }) => name));
    return made.flatMap((table) => {
      const there = keyed.find(({ name }) => name === table.name);
      return there === undefined ? [] : keysMissing(table, there);
    });
  },
};

/** In any order of their columns, and by any name. */
function keysMissing({ name, keys }: MadeTable, there: KeyedTable): Found[] {
  const known = there.keys.map(sorted);
  return keys.flatMap((key, nth): Found[] => {
    if (known.includes(sorted(columnsOf(key)))) return [];
    const kind = nth === 0 ? 'primary key' : 'unique';
    return [
      {
        id: 'key-missing',
        found: `${name} has no ${kind} (${key}), with which it was made.`,
        mend: 'Stop the service, look for rows that are there twice, and make it again.',
        sql: [`alter table ${there.place} add ${kind} (${key})`],
      },
    ];
  });
}

function sorted(columns: readonly string[]): string {
  return [...columns].sort().join(' ');
}
