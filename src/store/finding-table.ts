// Everything that `doctor` can find, in one table: how bad it is, and which promise it breaks. docs/doctor.md has the
// same rows; a test compares them.
//
// error: a promise is broken now, or the service cannot work. warning: it breaks when something else happens, such as
// a failover. note: worth knowing, and nothing that has to be mended.

export type Severity = 'error' | 'warning' | 'note';

export interface FindingKind {
  readonly severity: Severity;
  /** What cannot be relied on. */
  readonly promise: string;
}

export const findingTable = {
  unreachable: {
    severity: 'error',
    promise: 'The service works: it starts, and answers calls.',
  },
  'driver-missing': {
    severity: 'error',
    promise: 'The service works: it starts, and answers calls.',
  },
  'login-refused': {
    severity: 'error',
    promise: 'The service works: it starts, and answers calls.',
  },
  'database-missing': {
    severity: 'error',
    promise: 'The service works: it starts, and answers calls.',
  },
  'version-old': {
    severity: 'error',
    promise: 'The service works: it starts, and answers calls.',
  },
  'session-refused': {
    severity: 'error',
    promise: 'The service works: it starts, and answers calls.',
  },
  'connections-few': {
    severity: 'warning',
    promise: 'Calls are answered, and not StoreUnavailable, also when many come at once.',
  },
  'check-failed': {
    severity: 'warning',
    promise: 'Something could not be looked at: what it would have shown is not known.',
  },
  'migrations-missing': {
    severity: 'warning',
    promise: 'Applications can write events: the tables for them are there.',
  },
  'table-missing': {
    severity: 'error',
    promise: 'No committed event is lost: the tables that were made are there.',
  },
  'key-missing': {
    severity: 'error',
    promise: 'The service works, and nothing is there twice: each row is found by its key.',
  },
  'migrations-ahead': {
    severity: 'error',
    promise: 'The service works: one of this version refuses what a newer one has migrated.',
  },
  'rename-unfinished': {
    severity: 'error',
    promise: 'The service works: no node starts before the rename is finished.',
  },
  'adoption-wanted': {
    severity: 'error',
    promise: 'The service works: it does not take tables of futoin-eventstream for its own.',
  },
  'schema-differs': {
    severity: 'error',
    promise: 'The service works: it finds its tables where it would make new ones.',
  },
  'schema-doubled': {
    severity: 'warning',
    promise: 'No committed event is forgotten: names lead to the tables that it is in.',
  },
  'right-missing': {
    severity: 'error',
    promise: 'The service works: its account may do what it has to.',
  },
  'read-only': {
    severity: 'error',
    promise: 'Events are taken: the server that is connected to takes writes.',
  },
  'clock-differs': {
    severity: 'warning',
    promise:
      "Times mean the same everywhere: an event's ts, and how long events and keys are kept.",
  },
  'disk-not-awaited': {
    severity: 'error',
    promise: 'What was answered survives a crash of the server or its machine.',
  },
  'torn-pages': {
    severity: 'warning',
    promise: 'A power failure leaves the database readable.',
  },
  'commit-not-awaited': {
    severity: 'warning',
    promise: 'No committed event is lost, also one of an application that writes by SQL.',
  },
  'table-not-durable': {
    severity: 'error',
    promise: 'No committed event is lost: what is in the tables survives a crash.',
  },
  'trigger-foreign': {
    severity: 'warning',
    promise: "A stream goes on: nothing but the service's own work can fail in its steps.",
  },
  'transaction-left': {
    severity: 'warning',
    promise: 'A stream can be sealed, renamed and migrated; events are delivered soon.',
  },
  'idle-cut': {
    severity: 'warning',
    promise: 'A call has a known outcome: its connection is not ended under it.',
  },
  pooler: {
    severity: 'error',
    promise: 'The service works: a session stays with its connection.',
  },
  'encoding-other': {
    severity: 'error',
    promise: 'An event is given out as it was written, whatever characters it has.',
  },
  'rows-hidden': {
    severity: 'error',
    promise: 'Every event is numbered and delivered: the service sees all rows.',
  },
  'producer-shut-out': {
    severity: 'warning',
    promise: 'Who may write events can do so.',
  },
  'inbox-unordered': {
    severity: 'error',
    promise: 'One order for all, in the order of commits.',
  },
  'inbox-full': {
    severity: 'error',
    promise: 'Events are taken: there are numbers for them.',
  },
  'standby-absent': {
    severity: 'error',
    promise: 'Events are taken: a commit is answered.',
  },
  'standby-not-awaited': {
    severity: 'note',
    promise: 'What was answered survives a failover: else its ids come again, in a later epoch.',
  },
  'server-away': {
    severity: 'warning',
    promise: 'The service goes on when the server that it is connected to is lost.',
  },
  'several-writers': {
    severity: 'error',
    promise: 'One order for all: everybody writes to, and reads from, the same server.',
  },
  'failover-loses': {
    severity: 'warning',
    promise: 'What was answered survives a failover: else its ids come again, in a later epoch.',
  },
  'failover-waits': {
    severity: 'warning',
    promise: 'Events are taken: a commit is answered, also behind a failover.',
  },
  'slot-left': {
    severity: 'warning',
    promise: "Events are taken: the server's disk has room.",
  },
  'binlog-statement': {
    severity: 'error',
    promise: 'The service works: its transactions are taken.',
  },
  'packet-small': {
    severity: 'error',
    promise: 'Every event is taken that is no larger than the limit of 2 MiB.',
  },
  'checks-off': {
    severity: 'warning',
    promise: 'What is no event is refused in the transaction that writes it.',
  },
  'inbox-held': {
    severity: 'warning',
    promise: 'A transaction that stays open delays its own events only.',
  },
  'galera-apart': {
    severity: 'error',
    promise: 'Events are taken, and every node of the cluster has them.',
  },
  'galera-quorum': {
    severity: 'warning',
    promise: 'Events are taken: the service goes on when a node is lost.',
  },
  'galera-order': {
    severity: 'warning',
    promise: 'If A committed before B began, A has the lower id.',
  },
  'galera-numbers': {
    severity: 'warning',
    promise: 'Who may write events can do so, without errors that the service causes.',
  },
  'library-old': {
    severity: 'error',
    promise: 'Several processes can write one file, and nothing in it is damaged.',
  },
  'writer-old': {
    severity: 'warning',
    promise: 'Several processes can write one file, and nothing in it is damaged.',
  },
  'file-unusable': {
    severity: 'error',
    promise: 'The service works: it can open its file, and write it.',
  },
  'file-on-network': {
    severity: 'error',
    promise: 'Several processes can write one file, and nothing in it is damaged.',
  },
  'file-damaged': {
    severity: 'error',
    promise: 'No committed event is lost: what is in the file can be read.',
  },
  'file-held': {
    severity: 'warning',
    promise: 'Calls are answered, and not StoreUnavailable.',
  },
  'disk-full': {
    severity: 'warning',
    promise: 'Events are taken: there is room for them.',
  },
  'journal-other': {
    severity: 'warning',
    promise: 'Who reads and who writes do not wait for each other.',
  },
  'numbering-missing': {
    severity: 'error',
    promise: 'No committed event is lost: what is inserted into an inbox gets its id.',
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

export type FindingId = keyof typeof findingTable;
