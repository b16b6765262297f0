// What a node of a Galera cluster has to have, beside what every server has. Each is asked of the node alone: what the
// others are set to, `doctor` finds when they stand in the URL.
import type { Check, Found } from '../../../examining/patient.ts';
import type { MysqlPatient, NodeApart } from './mysql-patient.ts';

/**
 * Whatever a transaction begins with waits for what was committed at other nodes: BEGIN and SELECT by 1, UPDATE and
 * DELETE by 2, INSERT and REPLACE by 4. An INSERT that commits by itself has no BEGIN.
 */
const WAITS_FOR_ALL = 7;

export const galeraCheck: Check<MysqlPatient> = {
  subject: 'its cluster',
  look: async (patient) => {
    if (!(await patient.isOfCluster())) return [];
    const variables = await patient.variables(
      ...['wsrep_on', 'wsrep_desync', 'wsrep_sync_wait', 'wsrep_auto_increment_control'],
      'auto_increment_increment',
    );
    if (variables.get('wsrep_on') !== 'ON') return [ALONE];
    const status = await patient.status('wsrep_local_state_comment', 'wsrep_cluster_size');
    const state = status.get('wsrep_local_state_comment');
    const size = Number(status.get('wsrep_cluster_size'));
    return [
      ...(state === 'Synced' ? [] : [behind(state, variables.get('wsrep_desync'))]),
      ...(size === 2 ? [TWO] : []),
      ...((Number(variables.get('wsrep_sync_wait')) & WAITS_FOR_ALL) === WAITS_FOR_ALL
        ? []
        : [ORDER]),
      ...(haveOwnNumbers(variables, size) ? [] : [NUMBERS]),
    ];
  },
};

/** Whether each node has numbers that no other one gives: by the cluster's doing, or by each node's file. */
function haveOwnNumbers(variables: ReadonlyMap<string, string>, size: number): boolean {
  if (variables.get('wsrep_auto_increment_control') !== 'OFF') return true;
  // A cluster of one is one that the others have not joined yet.
  return Number(variables.get('auto_increment_increment')) >= Math.max(size, 2);
}

const ALONE: Found = {
  id: 'galera-apart',
  found: 'wsrep_on is off: what is written here does not reach the other nodes.',
  mend: 'Switch it on; rows that were written meanwhile are on this node only.',
  sql: ['set global wsrep_on = on'],
};

function behind(state: string | undefined, desync: string | undefined): Found {
  return {
    id: 'galera-apart',
    found: `The node is not synced: its state is ${state}.`,
    mend: 'Wait until it has what the others have; it is passed over while other nodes are named.',
    sql: desync === 'ON' ? ['set global wsrep_desync = off'] : [],
  };
}

/** What its connection was refused for. */
export function apart({ message }: NodeApart): Found {
  return {
    id: 'galera-apart',
    found: message,
    mend: 'Have most of the nodes connected again; if the others are gone for good, begin anew from this one.',
    sql: ["set global wsrep_provider_options = 'pc.bootstrap=yes'"],
  };
}

const TWO: Found = {
  id: 'galera-quorum',
  found: 'The cluster has two nodes: when one is lost, the other takes no writes.',
  mend: 'Add a third node, or an arbitrator (garbd).',
  sql: [],
};

const ORDER: Found = {
  id: 'galera-order',
  found:
    'wsrep_sync_wait does not have 1, 2 and 4: an event that is committed at one node, behind one that was ' +
    'confirmed at another, may get the lower id.',
  mend: 'Set it where applications write at several nodes, here and in the file of each node.',
  sql: [`set global wsrep_sync_wait = ${WAITS_FOR_ALL}`],
};

const NUMBERS: Found = {
  id: 'galera-numbers',
  found:
    'wsrep_auto_increment_control is off, and auto_increment_increment is less than the number of nodes: inserts at ' +
    'two nodes take the same number, and one fails.',
  mend: 'Switch it on, here and in the file of each node.',
  sql: ['set global wsrep_auto_increment_control = on'],
};
