// What tells a database of MySQL or MariaDB from another one. A cluster of Galera is one database, whichever of its
// nodes is connected to.

const VARIABLES =
  "show global variables where variable_name in ('server_uuid', 'server_uid', 'wsrep_on')";
const CLUSTER = "show global status where variable_name = 'wsrep_cluster_state_uuid'";
/** Statements that need no table. */
export const IDENTITY = [VARIABLES, CLUSTER] as const;

/** Of a node that has lost the others. */
const NO_CLUSTER = '00000000-0000-0000-0000-000000000000';

/** From rows of a name and a value; null where the server says nothing. */
export function identityIn(rows: readonly (readonly unknown[])[]): string | null {
  const facts = new Map(rows.map(([name, value]) => [String(name), String(value)]));
  const cluster = facts.get('wsrep_cluster_state_uuid');
  if (facts.get('wsrep_on') === 'ON') return cluster && cluster !== NO_CLUSTER ? cluster : null;
  return facts.get('server_uuid') ?? facts.get('server_uid') ?? null;
}
