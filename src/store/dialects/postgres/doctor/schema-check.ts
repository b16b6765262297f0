// Which schema the account works in. One that it does not reach looks as if it were empty: who makes another one then
// has new tables beside the old ones, and every event is forgotten.
import { SCHEMAS } from '../../../examining/migrations-check.ts';
import type { Beside, Check, Found, Patient, Row } from '../../../examining/patient.ts';
import { literal, quoted } from '../sql-text.ts';
import { leadTo, type Place, placeOf } from './place.ts';

/** A schema with tables of ours that their names do not lead to. */
interface HidingSchema {
  readonly name: string;
  /** Of `usage` and `create`, those that the account has not. */
  readonly lacking: readonly string[];
  readonly isInPath: boolean;
}

const hidingSql = (table: string) => `
select n.nspname as name, has_schema_privilege(n.oid, 'usage') as may_use,
       has_schema_privilege(n.oid, 'create') as may_create, pg_has_role(c.relowner, 'usage') as is_owner
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relname = ${literal(table)} and c.relkind in ('r', 'p') and c.relpersistence <> 't'
   and to_regclass(${literal(table)}) is null
 order by 1`;

/** Whether the database only looks as if it had no tables of ours. */
export async function hidesTables(patient: Patient): Promise<boolean> {
  return (await hidingSchemaOf(patient, await placeOf(patient))) !== null;
}

/** While there is a schema to work in, those beside the search path are somebody else's. */
async function hidingSchemaOf(
  patient: Patient,
  { schema, path }: Place,
): Promise<HidingSchema | null> {
  const rows = await hidden(patient);
  const inPath = path.flatMap((name) => rows.find((row) => row.name === name) ?? []);
  const [row] = schema === null ? [...inPath, ...rows] : inPath;
  if (row === undefined) return null;
  return { name: row.name, lacking: lackingOf(row), isInPath: inPath.includes(row) };
}

/** Schemas with tables of ours, where their names lead to none. */
function hidden(patient: Patient): Promise<Row[]> {
  return patient.ask(hidingSql(SCHEMAS[patient.request.database].versions.table));
}

function lackingOf({ may_use: mayUse, may_create: mayCreate }: Row): string[] {
  return [...(mayUse ? [] : ['usage']), ...(mayCreate ? [] : ['create'])];
}

/**
 * They may be another service's, so they are no fault by themselves. A statement is given only where there is no choice
 * of schemas, and the account owns the tables: those of another service are another account's as a rule.
 */
export async function tablesBeside(patient: Patient): Promise<Beside | null> {
  const rows = await hidden(patient);
  const [only] = rows;
  if (only === undefined) return null;
  const place = await placeOf(patient);
  const { name, is_owner: isOwner } = only;
  const [schemas, are] = rows.length === 1 ? ['schema', 'is'] : ['schemas', 'are'];
  const names = rows.map((row) => row.name).join(', ');
  return {
    found:
      `Tables of Aftercommit are in the ${schemas} ${names}, ` +
      `which ${are} not in the search path of ${place.account}.`,
    mend:
      "If they are this service's, lead its search path there, and do nothing else: it would make new ones, and " +
      'forget all events.',
    sql:
      rows.length === 1 && isOwner && !place.isSuper && !place.isGiven
        ? [...grantSql(name, lackingOf(only), place), leadTo(name, place)]
        : [],
  };
}

export const schemaCheck: Check = {
  subject: 'which schema it works in',
  look: async (patient) => {
    const place = await placeOf(patient);
    const hiding = await hidingSchemaOf(patient, place);
    if (hiding !== null) return [outOfReach(hiding, place)];
    const { schema, account, mayCreate } = place;
    if (schema === null) return [nowhereToWork(place)];
    if (mayCreate) return [];
    return [
      {
        id: 'right-missing',
        found: `${account} may make no tables in the schema ${schema}: a migration or a new stream would fail.`,
        mend: 'Let it, by an account that owns the schema.',
        sql: [`grant create on schema ${quoted(schema)} to ${quoted(account)}`],
      },
    ];
  },
};

function nowhereToWork(place: Place): Found {
  const { next, account, path } = place;
  if (next !== null) {
    return {
      id: 'right-missing',
      found: `A schema of the server stands first in the search path of ${account}: new tables would go there.`,
      mend: `Lead it to the schema ${next} first.`,
      sql: [leadTo(next, place)],
    };
  }
  const name = path[0] ?? account;
  return {
    id: 'right-missing',
    found: `No schema of the search path is there, or ${account} may not use any.`,
    mend: 'Make a schema for the account; or let it use one that is there, where its tables are to be.',
    sql:
      path.length === 0
        ? [`create schema if not exists ${madeFor(name, place)}`, leadTo(name, place)]
        : [`create schema ${madeFor(name, place)}`],
  };
}

function madeFor(schema: string, { account }: Place): string {
  return `${quoted(schema)} authorization ${quoted(account)}`;
}

function outOfReach({ name, lacking, isInPath }: HidingSchema, place: Place): Found {
  const { schema, account } = place;
  const where = lacking.includes('usage')
    ? `which ${account} may not use`
    : `which is not in the search path of ${account}`;
  return {
    id: 'right-missing',
    found: `The tables of the service are in the schema ${name}, ${where}.`,
    mend:
      'Let it work there: without them it would make new ones, and forget all events' +
      (schema === null ? '.' : `. If they are another service's, start this one in ${schema}.`),
    sql: [...grantSql(name, lacking, place), ...(isInPath ? [] : [leadTo(name, place)])],
  };
}

function grantSql(schema: string, rights: readonly string[], { account }: Place): string[] {
  if (rights.length === 0) return [];
  return [`grant ${rights.join(', ')} on schema ${quoted(schema)} to ${quoted(account)}`];
}
