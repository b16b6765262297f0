// Whether the account may do what the service does, by the catalogue. The service owns its tables: else a migration, a
// seal or a rename fails, which is found out in the middle of it.

import { connectionsFound } from '../../../examining/connections-check.ts';
import { ourTables } from '../../../examining/our-tables.ts';
import type { Check, Found, Row } from '../../../examining/patient.ts';
import { databaseOf, hostOf, userOf } from '../../../examining/where.ts';
import { literal, qualified, quoted, tablesNamed } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';

const rightsSql = (tables: readonly string[]) => `
select name, n.nspname as schema, current_user as account, pg_has_role(c.relowner, 'usage') as is_owned,
       row_security_active(c.oid) as is_hidden,
       (select string_agg(privilege, ', ') from unnest(array['select', 'insert', 'update', 'delete']) privilege
         where not has_table_privilege(c.oid, privilege)) as lacking
  from ${tablesNamed(tables)}`;

export const rightsCheck: Check<PostgresPatient> = {
  subject: 'what its account may do',
  look: async (patient) => {
    const rows = await patient.ask(rightsSql(await ourTables(patient)));
    return [
      ...rows.filter(({ is_owned: isOwned }) => !isOwned).map(notOwned),
      ...rows.filter(({ is_owned: isOwned, lacking }) => isOwned && lacking !== null).map(revoked),
      ...rows.filter(({ is_hidden: isHidden }) => isHidden).map(rowsHidden),
    ];
  },
};

function notOwned({ name, schema, account, lacking }: Row): Found {
  const also = lacking === null ? '' : `, and has no right to ${lacking}`;
  return {
    id: 'right-missing',
    found: `${account} does not own ${name}${also}: a migration, a seal or a rename would fail.`,
    mend: 'Give it the table, by an account that owns it.',
    sql: [`alter table ${qualified(schema, name)} owner to ${quoted(account)}`],
  };
}

/** An owner can be without rights to what it owns, and can take them back. */
function revoked({ name, schema, account, lacking }: Row): Found {
  return {
    id: 'right-missing',
    found: `${account} owns ${name}, and has no right to ${lacking}.`,
    mend: 'Give it; its owner may.',
    sql: [
      `grant select, insert, update, delete on ${qualified(schema, name)} to ${quoted(account)}`,
    ],
  };
}

function rowsHidden({ name, schema, account }: Row): Found {
  return {
    id: 'rows-hidden',
    found: `Row security hides rows of ${name} from ${account}.`,
    mend: 'Switch it off for this table.',
    sql: [
      `alter table ${qualified(schema, name)} no force row level security, disable row level security`,
    ],
  };
}

/** Whoever may insert into an inbox by name, and may not use its schema. */
const PRODUCERS = (tables: readonly string[]) => `
select name, r.rolname as role, n.nspname as schema
  from ${tablesNamed(tables)}
 cross join aclexplode(c.relacl) acl
  join pg_roles r on r.oid = acl.grantee
 where acl.privilege_type = 'INSERT' and not has_schema_privilege(r.oid, n.oid, 'usage')`;

export const producersCheck: Check<PostgresPatient> = {
  subject: 'who may write events',
  look: async (patient) => {
    const rows = await patient.ask(PRODUCERS(await ourTables(patient)));
    return rows.map(({ name, role, schema }) => ({
      id: 'producer-shut-out',
      found: `${role} may insert into ${name}, but may not use its schema ${schema}: its inserts fail.`,
      mend: 'Let it use the schema.',
      sql: [`grant usage on schema ${quoted(schema)} to ${quoted(role)}`],
    }));
  },
};

/** What bounds everybody but superusers. */
const BOUNDS = `
select r.rolsuper as is_super, r.rolconnlimit as of_role, d.datconnlimit as of_database,
       current_setting('max_connections')::int as most,
       current_setting('superuser_reserved_connections')::int as reserved,
       r.rolname as role, d.datname as database
  from pg_roles r, pg_database d
 where r.rolname = current_user and d.datname = current_database()`;

export const connectionsCheck: Check<PostgresPatient> = {
  subject: 'how many connections may be open',
  look: async (patient) => {
    const [row] = await patient.ask(BOUNDS);
    if (row === undefined) return [];
    const server = {
      bounds: hostOf,
      name: `max_connections (${row.most}, ${row.reserved} of them for superusers)`,
      most: row.most - row.reserved,
      mend: 'Raise it, and start the server again',
      sql: [],
    };
    if (row.is_super) return connectionsFound(patient.request, [server]);
    return connectionsFound(patient.request, [
      server,
      {
        bounds: userOf,
        name: `the limit of the role ${row.role}`,
        most: row.of_role,
        mend: 'Raise it',
        sql: [`alter role ${quoted(row.role)} connection limit -1`],
      },
      {
        bounds: databaseOf,
        name: `the limit of the database ${row.database}`,
        most: row.of_database,
        mend: 'Raise it',
        sql: [`alter database ${quoted(row.database)} connection limit -1`],
      },
    ]);
  },
};

const triggersSql = (tables: readonly string[]) => `
select name, n.nspname as schema, t.tgname as trigger
  from ${tablesNamed(tables)} join pg_trigger t on t.tgrelid = c.oid
 where not t.tgisinternal and t.tgenabled <> 'D' and name not like ${literal('%\\_inbox')}`;

/** An inbox is for applications, and so are triggers on it. */
export const triggersCheck: Check<PostgresPatient> = {
  subject: 'the triggers on its tables',
  look: async (patient) => {
    const rows = await patient.ask(triggersSql(await ourTables(patient)));
    return rows.map(({ name, schema, trigger }) => ({
      id: 'trigger-foreign',
      found: `The trigger ${trigger} on ${name} runs inside of the service's steps; when it fails, they do.`,
      mend: 'Remove it, and let a consumer do its work.',
      sql: [`drop trigger ${quoted(trigger)} on ${qualified(schema, name)}`],
    }));
  },
};
