// Whether the tables are in the first schema of the search path. A schema that is made later may come to stand before
// them, as the account's own does with `"$user", public`: names still lead to the tables, and new ones would be made in
// front of them.
import { SCHEMAS } from '../../../examining/migrations-check.ts';
import type { Check, Found } from '../../../examining/patient.ts';
import { literal } from '../sql-text.ts';
import { leadTo, type Place, placeOf } from './place.ts';

/** The schemas of the search path that have the table, in its order. */
const havingSql = (table: string) => `
select n.nspname as name
  from unnest(current_schemas(false)) with ordinality as s (name, place)
  join pg_namespace n on n.nspname = s.name
  join pg_class c on c.relnamespace = n.oid and c.relname = ${literal(table)} and c.relkind in ('r', 'p')
 order by s.place`;

export const searchPathCheck: Check = {
  subject: 'which schema of the search path has the tables',
  look: async (patient) => {
    const { versions } = SCHEMAS[patient.request.database];
    const place = await placeOf(patient);
    const having = (await patient.ask(havingSql(versions.table))).map(({ name }) => String(name));
    const [found, ...behind] = having;
    if (found === undefined || place.schema === null) return [];
    if (found !== place.schema) return [differs(found, place.schema, place)];
    return behind.length === 0 ? [] : [doubled(found, behind)];
  },
};

function differs(found: string, first: string, place: Place): Found {
  return {
    id: 'schema-differs',
    found:
      `The tables of the service are in the schema ${found}, and new ones would be made in ${first}, which stands ` +
      `before it in the search path of ${place.account}: the service does not start.`,
    mend:
      `Let the search path begin with ${found}. If the tables there are another service's, let it be ${first} ` +
      'alone.',
    sql: place.isGiven || place.isSuper ? [] : [leadTo(found, place)],
  };
}

function doubled(found: string, behind: readonly string[]): Found {
  const [schemas, names] = [behind.length === 1 ? 'schema' : 'schemas', behind.join(', ')];
  return {
    id: 'schema-doubled',
    found:
      `Tables of Aftercommit are in the schema ${found}, where the service works, and in the ${schemas} ${names}, ` +
      'which the search path has behind it.',
    mend:
      `If those behind are another service's, let the search path be ${found} alone. If they are this one's, from ` +
      `before there was ${found}, stop it and let the search path begin with them; what was written since is in ` +
      `${found}, and aftercommit copy with --append and --ids reassign brings it over.`,
    sql: [],
  };
}
