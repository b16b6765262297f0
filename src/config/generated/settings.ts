// Generated from specs/ by `npm run gen`; do not edit.

/**
 * Every setting: default, unit and environment variable. Defaults < --config FILE < environment < flags.
 */
export interface Settings {
  /**
   * The active database: sqlite:PATH, postgres://..., mysql://... or mariadb://...; of several servers the hosts with commas between them. What is no letter or digit in a user, a password or a name is percent-encoded there.
   */
  databaseUrl: string;
  /**
   * The warehouse database, where the archiver keeps the history.
   */
  warehouseUrl: string;
  /**
   * The address to listen on. Without credentials only a loopback address is taken.
   */
  host: string;
  /**
   * The port to listen on; 0 takes any free one and prints it.
   */
  port: number;
  /**
   * The credentials file. Left out: ./data/credentials.json, and open local mode when that is absent at the start.
   */
  credentials: string | null;
  /**
   * The streams this node serves, comma separated in the environment.
   *
   * @minItems 1
   * @maxItems 100
   */
  streams: [string, ...string[]];
  /**
   * What this node offers, comma separated in the environment.
   */
  services: ('generator' | 'poll' | 'push' | 'streams')[];
  /**
   * Serve consumers with a cursor; false leaves LIVE only.
   */
  allowReliable: boolean;
  /**
   * Serve pollEvents; false leaves push only.
   */
  allowPolling: boolean;
  /**
   * Run the archiver inside serve.
   */
  archiver: boolean;
  /**
   * The server whose events the command archive copies, like wss://host/rpc, in place of the active database.
   */
  archiveFrom: string | null;
  /**
   * Give readers that begin below what was discarded the rest from the warehouse; always so with the archiver.
   */
  readArchive: boolean;
  /**
   * The folder where copies that callers ask for may read and write files, by plain names. Left out: nowhere.
   */
  exportDir: string | null;
  /**
   * Run the discarder inside serve.
   */
  discarder: boolean;
  /**
   * Where else events go: a list of sinks by type (docs/sinks.md). JSON text in the environment.
   *
   * @maxItems 100
   */
  sinks: {}[];
  /**
   * ES modules that register sink types (docs/sinks.md), loaded by serve and relay before they look at the sinks: paths, comma separated in the environment. Those of a configuration file are relative to its folder, others to the working directory.
   *
   * @maxItems 100
   */
  sinkModules: string[];
  /**
   * The shortest pause of a reading loop; it is back at it with every event.
   */
  sleepMsMin: number;
  /**
   * The longest pause of a reading loop while nothing comes.
   */
  sleepMsMax: number;
  /**
   * How much the pause grows each time nothing came.
   */
  sleepMsStep: number;
  /**
   * Be told of commits by other processes, and tell them: LISTEN and NOTIFY on PostgreSQL, data_version on SQLite. Off, they are found when a reading loop looks again.
   */
  watch: boolean;
  /**
   * What is kept of the events, item by item (docs/streams.md): a list of kinds with the types of events that write, remove or replace their items. JSON text in the environment.
   *
   * @maxItems 100
   */
  stateKinds: {}[];
  /**
   * Further types of events that clients of /streams/ping are told of, comma separated in the environment.
   *
   * @maxItems 100
   */
  stateInvalidate: string[];
  /**
   * How long it is kept that an item of the state was removed: who comes again later is given the whole state.
   */
  stateTombstoneMs: number;
  /**
   * Changes within so long, or half of it at random, are one ping of /streams/ping; 0 = each is one.
   */
  pingWindowMs: number;
  /**
   * The largest data of one event, as UTF-8 JSON text.
   */
  eventBytesMax: number;
  /**
   * The most events of one batch on the network.
   */
  batchMax: number;
  /**
   * The largest request or frame from a client.
   */
  requestBytesMax: number;
  /**
   * How many events may wait for a flush; more calls are answered DefenseRejected.
   */
  queueMax: number;
  /**
   * How many bytes of events may wait for a flush.
   */
  queueBytesMax: number;
  /**
   * How many recent events of each stream are held in memory.
   */
  windowEventsMax: number;
  /**
   * How many bytes of recent events of each stream are held in memory.
   */
  windowBytesMax: number;
  /**
   * The most batches sent to one subscription and not yet acknowledged.
   */
  inFlightMax: number;
  /**
   * Batches in flight of a LIVE subscription that does not say how many.
   */
  liveInFlight: number;
  /**
   * How long a push consumer may take to acknowledge a batch before it is disconnected.
   */
  ackTimeoutMs: number;
  /**
   * The least time between two empty batches, which move the cursor of a filtered consumer on.
   */
  checkpointMs: number;
  /**
   * The most WebSocket connections of a node.
   */
  connectionsMax: number;
  /**
   * The most subscriptions and waiting polls of one principal on a node.
   */
  subscriptionsMax: number;
  /**
   * The most clients of /streams/ on a node; more are answered 503.
   */
  sseConnectionsMax: number;
  /**
   * The most of them of one principal.
   */
  ssePrincipalMax: number;
  /**
   * How much may wait on the way to one client of /streams/; it reads the database until it has caught up.
   */
  sseBufferBytes: number;
  /**
   * How long a client of /streams/ may take nothing of what waits for it before it is disconnected.
   */
  sseStallMs: number;
  /**
   * A client of /streams/ hears something at least so often, if only a comment, so that no proxy gives the connection up.
   */
  sseHeartbeatMs: number;
  /**
   * How long a connection of /streams/ lasts, give or take a tenth, before its client has to come again, for which it may find another node; 0 = for ever.
   */
  sseConnectionMs: number;
  /**
   * How long a client of /streams/ waits before it comes again.
   */
  sseRetryMs: number;
  /**
   * The least time between two checkpoints, which tell a client of /streams/events that filters how far it is.
   */
  sseCheckpointMs: number;
  /**
   * The most rows one transaction of the discarder deletes; it takes fewer when that takes long.
   */
  discardLimit: number;
  /**
   * Events that are younger, by the database's clock, are not discarded, nor is what stands behind them. Of several discarders the least counts.
   */
  retainMs: number;
  /**
   * The longest pause of archiver and discarder while there is nothing to do.
   */
  workerPeriodMs: number;
  /**
   * A consumer with events to read that has not moved for longer is reported as stale.
   */
  staleMs: number;
  /**
   * The longest pause before a consumer that fails is given the same again; pauses begin at 100 ms and double.
   */
  retryMaxMs: number;
  /**
   * The most events that are parked for one consumer; one that has so many waits instead.
   */
  parkedMax: number;
  /**
   * A consumer with events to read that has not moved for longer holds discarding back no more, where there is an archive, until it moves again; 0 = never. Seen to by discarders that go on, not by discard --once.
   */
  setAsideMs: number;
  /**
   * How long idempotency keys are kept, by the database's clock; a retry that comes later may add its events again. Of several nodes the least counts.
   */
  keyRetainMs: number;
  /**
   * The most pooled connections to a database server (SQLite: always one).
   */
  databasePoolMax: number;
  /**
   * How long one statement, one wait for a lock, or an idle transaction may take before the database or the node gives it up.
   */
  databaseTimeoutMs: number;
  /**
   * How long a call waits for a database that is away, as while a standby takes over, before it is answered StoreUnavailable.
   */
  databaseWaitMs: number;
  /**
   * How long a graceful stop may take.
   */
  shutdownMs: number;
  /**
   * How much is logged to standard error, as JSON lines.
   */
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /**
   * The server that consumers, publish and tail talk to.
   */
  url: string;
  /**
   * The key that consumers, publish and tail present, and archive with a server to archive from.
   */
  key: string | null;
}

export const configSchema = {
  "$id": "https://aftercommit.dev/schema/config.schema.json",
  "title": "Settings",
  "description": "Every setting: default, unit and environment variable. Defaults < --config FILE < environment < flags.",
  "type": "object",
  "properties": {
    "databaseUrl": {
      "description": "The active database: sqlite:PATH, postgres://..., mysql://... or mariadb://...; of several servers the hosts with commas between them. What is no letter or digit in a user, a password or a name is percent-encoded there.",
      "env": "EVT_DATABASE_URL",
      "type": "string",
      "default": "sqlite:./data/events.db",
      "secret": true,
      "pattern": "^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"
    },
    "warehouseUrl": {
      "description": "The warehouse database, where the archiver keeps the history.",
      "env": "EVT_WAREHOUSE_URL",
      "type": "string",
      "default": "sqlite:./data/warehouse.db",
      "secret": true,
      "pattern": "^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"
    },
    "host": {
      "description": "The address to listen on. Without credentials only a loopback address is taken.",
      "env": "EVT_HOST",
      "type": "string",
      "default": "127.0.0.1",
      "minLength": 1
    },
    "port": {
      "description": "The port to listen on; 0 takes any free one and prints it.",
      "env": "EVT_PORT",
      "type": "integer",
      "default": 8080,
      "minimum": 0,
      "maximum": 65535
    },
    "credentials": {
      "description": "The credentials file. Left out: ./data/credentials.json, and open local mode when that is absent at the start.",
      "env": "EVT_CREDENTIALS",
      "type": [
        "string",
        "null"
      ],
      "default": null
    },
    "streams": {
      "description": "The streams this node serves, comma separated in the environment.",
      "env": "EVT_STREAMS",
      "type": "array",
      "items": {
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]{0,29}$"
      },
      "minItems": 1,
      "maxItems": 100,
      "uniqueItems": true,
      "default": [
        "main"
      ]
    },
    "services": {
      "description": "What this node offers, comma separated in the environment.",
      "env": "EVT_SERVICES",
      "type": "array",
      "items": {
        "type": "string",
        "enum": [
          "generator",
          "poll",
          "push",
          "streams"
        ]
      },
      "uniqueItems": true,
      "default": [
        "generator",
        "poll",
        "push",
        "streams"
      ]
    },
    "allowReliable": {
      "description": "Serve consumers with a cursor; false leaves LIVE only.",
      "env": "EVT_ALLOW_RELIABLE",
      "type": "boolean",
      "default": true
    },
    "allowPolling": {
      "description": "Serve pollEvents; false leaves push only.",
      "env": "EVT_ALLOW_POLLING",
      "type": "boolean",
      "default": true
    },
    "archiver": {
      "description": "Run the archiver inside serve.",
      "env": "EVT_ARCHIVER",
      "type": "boolean",
      "default": false
    },
    "archiveFrom": {
      "description": "The server whose events the command archive copies, like wss://host/rpc, in place of the active database.",
      "env": "EVT_ARCHIVE_FROM",
      "flag": "from",
      "type": [
        "string",
        "null"
      ],
      "default": null
    },
    "readArchive": {
      "description": "Give readers that begin below what was discarded the rest from the warehouse; always so with the archiver.",
      "env": "EVT_READ_ARCHIVE",
      "type": "boolean",
      "default": false
    },
    "exportDir": {
      "description": "The folder where copies that callers ask for may read and write files, by plain names. Left out: nowhere.",
      "env": "EVT_EXPORT_DIR",
      "type": [
        "string",
        "null"
      ],
      "default": null
    },
    "discarder": {
      "description": "Run the discarder inside serve.",
      "env": "EVT_DISCARDER",
      "type": "boolean",
      "default": false
    },
    "sinks": {
      "description": "Where else events go: a list of sinks by type (docs/sinks.md). JSON text in the environment.",
      "env": "EVT_SINKS",
      "secret": true,
      "type": "array",
      "items": {
        "type": "object"
      },
      "maxItems": 100,
      "default": []
    },
    "sinkModules": {
      "description": "ES modules that register sink types (docs/sinks.md), loaded by serve and relay before they look at the sinks: paths, comma separated in the environment. Those of a configuration file are relative to its folder, others to the working directory.",
      "env": "EVT_SINK_MODULES",
      "type": "array",
      "items": {
        "type": "string",
        "minLength": 1
      },
      "maxItems": 100,
      "uniqueItems": true,
      "default": []
    },
    "sleepMsMin": {
      "description": "The shortest pause of a reading loop; it is back at it with every event.",
      "env": "EVT_SLEEP_MIN_MS",
      "type": "integer",
      "default": 5,
      "minimum": 1,
      "maximum": 60000,
      "unit": "ms"
    },
    "sleepMsMax": {
      "description": "The longest pause of a reading loop while nothing comes.",
      "env": "EVT_SLEEP_MAX_MS",
      "type": "integer",
      "default": 100,
      "minimum": 1,
      "maximum": 600000,
      "unit": "ms"
    },
    "sleepMsStep": {
      "description": "How much the pause grows each time nothing came.",
      "env": "EVT_SLEEP_STEP_MS",
      "type": "integer",
      "default": 5,
      "minimum": 0,
      "maximum": 60000,
      "unit": "ms"
    },
    "watch": {
      "description": "Be told of commits by other processes, and tell them: LISTEN and NOTIFY on PostgreSQL, data_version on SQLite. Off, they are found when a reading loop looks again.",
      "env": "EVT_WATCH",
      "type": "boolean",
      "default": true
    },
    "stateKinds": {
      "description": "What is kept of the events, item by item (docs/streams.md): a list of kinds with the types of events that write, remove or replace their items. JSON text in the environment.",
      "env": "EVT_STATE_KINDS",
      "type": "array",
      "items": {
        "type": "object"
      },
      "maxItems": 100,
      "default": []
    },
    "stateInvalidate": {
      "description": "Further types of events that clients of /streams/ping are told of, comma separated in the environment.",
      "env": "EVT_STATE_INVALIDATE",
      "type": "array",
      "items": {
        "type": "string"
      },
      "maxItems": 100,
      "uniqueItems": true,
      "default": []
    },
    "stateTombstoneMs": {
      "description": "How long it is kept that an item of the state was removed: who comes again later is given the whole state.",
      "env": "EVT_STATE_TOMBSTONE_MS",
      "type": "integer",
      "default": 604800000,
      "minimum": 0,
      "maximum": 315360000000,
      "unit": "ms"
    },
    "pingWindowMs": {
      "description": "Changes within so long, or half of it at random, are one ping of /streams/ping; 0 = each is one.",
      "env": "EVT_PING_WINDOW_MS",
      "type": "integer",
      "default": 0,
      "minimum": 0,
      "maximum": 3600000,
      "unit": "ms"
    },
    "eventBytesMax": {
      "description": "The largest data of one event, as UTF-8 JSON text.",
      "env": "EVT_EVENT_BYTES_MAX",
      "type": "integer",
      "default": 2097152,
      "minimum": 1024,
      "maximum": 2097152,
      "unit": "bytes"
    },
    "batchMax": {
      "description": "The most events of one batch on the network.",
      "env": "EVT_BATCH_MAX",
      "type": "integer",
      "default": 100,
      "minimum": 1,
      "maximum": 1000,
      "unit": "events"
    },
    "requestBytesMax": {
      "description": "The largest request or frame from a client.",
      "env": "EVT_REQUEST_BYTES_MAX",
      "type": "integer",
      "default": 8388608,
      "minimum": 65536,
      "maximum": 67108864,
      "unit": "bytes"
    },
    "queueMax": {
      "description": "How many events may wait for a flush; more calls are answered DefenseRejected.",
      "env": "EVT_QUEUE_MAX",
      "type": "integer",
      "default": 10000,
      "minimum": 1000,
      "maximum": 1000000,
      "unit": "events"
    },
    "queueBytesMax": {
      "description": "How many bytes of events may wait for a flush.",
      "env": "EVT_QUEUE_BYTES_MAX",
      "type": "integer",
      "default": 67108864,
      "minimum": 8388608,
      "maximum": 4294967296,
      "unit": "bytes"
    },
    "windowEventsMax": {
      "description": "How many recent events of each stream are held in memory.",
      "env": "EVT_WINDOW_EVENTS",
      "type": "integer",
      "default": 10000,
      "minimum": 100,
      "maximum": 1000000,
      "unit": "events"
    },
    "windowBytesMax": {
      "description": "How many bytes of recent events of each stream are held in memory.",
      "env": "EVT_WINDOW_BYTES",
      "type": "integer",
      "default": 33554432,
      "minimum": 4194304,
      "maximum": 4294967296,
      "unit": "bytes"
    },
    "inFlightMax": {
      "description": "The most batches sent to one subscription and not yet acknowledged.",
      "env": "EVT_IN_FLIGHT_MAX",
      "type": "integer",
      "default": 16,
      "minimum": 1,
      "maximum": 64,
      "unit": "batches"
    },
    "liveInFlight": {
      "description": "Batches in flight of a LIVE subscription that does not say how many.",
      "env": "EVT_LIVE_IN_FLIGHT",
      "type": "integer",
      "default": 2,
      "minimum": 1,
      "maximum": 64,
      "unit": "batches"
    },
    "ackTimeoutMs": {
      "description": "How long a push consumer may take to acknowledge a batch before it is disconnected.",
      "env": "EVT_ACK_TIMEOUT_MS",
      "type": "integer",
      "default": 30000,
      "minimum": 100,
      "maximum": 3600000,
      "unit": "ms"
    },
    "checkpointMs": {
      "description": "The least time between two empty batches, which move the cursor of a filtered consumer on.",
      "env": "EVT_CHECKPOINT_MS",
      "type": "integer",
      "default": 1000,
      "minimum": 10,
      "maximum": 3600000,
      "unit": "ms"
    },
    "connectionsMax": {
      "description": "The most WebSocket connections of a node.",
      "env": "EVT_CONNECTIONS_MAX",
      "type": "integer",
      "default": 10000,
      "minimum": 1,
      "maximum": 1000000,
      "unit": "connections"
    },
    "subscriptionsMax": {
      "description": "The most subscriptions and waiting polls of one principal on a node.",
      "env": "EVT_SUBSCRIPTIONS_MAX",
      "type": "integer",
      "default": 1000,
      "minimum": 1,
      "maximum": 1000000,
      "unit": "subscriptions"
    },
    "sseConnectionsMax": {
      "description": "The most clients of /streams/ on a node; more are answered 503.",
      "env": "EVT_SSE_CONNECTIONS_MAX",
      "type": "integer",
      "default": 1000,
      "minimum": 1,
      "maximum": 1000000,
      "unit": "connections"
    },
    "ssePrincipalMax": {
      "description": "The most of them of one principal.",
      "env": "EVT_SSE_PRINCIPAL_MAX",
      "type": "integer",
      "default": 100,
      "minimum": 1,
      "maximum": 1000000,
      "unit": "connections"
    },
    "sseBufferBytes": {
      "description": "How much may wait on the way to one client of /streams/; it reads the database until it has caught up.",
      "env": "EVT_SSE_BUFFER_BYTES",
      "type": "integer",
      "default": 262144,
      "minimum": 4096,
      "maximum": 16777216,
      "unit": "bytes"
    },
    "sseStallMs": {
      "description": "How long a client of /streams/ may take nothing of what waits for it before it is disconnected.",
      "env": "EVT_SSE_STALL_MS",
      "type": "integer",
      "default": 60000,
      "minimum": 100,
      "maximum": 3600000,
      "unit": "ms"
    },
    "sseHeartbeatMs": {
      "description": "A client of /streams/ hears something at least so often, if only a comment, so that no proxy gives the connection up.",
      "env": "EVT_SSE_HEARTBEAT_MS",
      "type": "integer",
      "default": 15000,
      "minimum": 10,
      "maximum": 3600000,
      "unit": "ms"
    },
    "sseConnectionMs": {
      "description": "How long a connection of /streams/ lasts, give or take a tenth, before its client has to come again, for which it may find another node; 0 = for ever.",
      "env": "EVT_SSE_CONNECTION_MS",
      "type": "integer",
      "default": 0,
      "minimum": 0,
      "maximum": 86400000,
      "unit": "ms"
    },
    "sseRetryMs": {
      "description": "How long a client of /streams/ waits before it comes again.",
      "env": "EVT_SSE_RETRY_MS",
      "type": "integer",
      "default": 2000,
      "minimum": 1,
      "maximum": 3600000,
      "unit": "ms"
    },
    "sseCheckpointMs": {
      "description": "The least time between two checkpoints, which tell a client of /streams/events that filters how far it is.",
      "env": "EVT_SSE_CHECKPOINT_MS",
      "type": "integer",
      "default": 15000,
      "minimum": 10,
      "maximum": 3600000,
      "unit": "ms"
    },
    "discardLimit": {
      "description": "The most rows one transaction of the discarder deletes; it takes fewer when that takes long.",
      "env": "EVT_DISCARD_LIMIT",
      "type": "integer",
      "default": 10000,
      "minimum": 1,
      "maximum": 100000,
      "unit": "events"
    },
    "retainMs": {
      "description": "Events that are younger, by the database's clock, are not discarded, nor is what stands behind them. Of several discarders the least counts.",
      "env": "EVT_RETAIN_MS",
      "type": "integer",
      "default": 0,
      "minimum": 0,
      "maximum": 315360000000,
      "unit": "ms"
    },
    "workerPeriodMs": {
      "description": "The longest pause of archiver and discarder while there is nothing to do.",
      "env": "EVT_WORKER_PERIOD_MS",
      "type": "integer",
      "default": 1000,
      "minimum": 10,
      "maximum": 3600000,
      "unit": "ms"
    },
    "staleMs": {
      "description": "A consumer with events to read that has not moved for longer is reported as stale.",
      "env": "EVT_STALE_MS",
      "type": "integer",
      "default": 86400000,
      "minimum": 1000,
      "maximum": 31536000000,
      "unit": "ms"
    },
    "retryMaxMs": {
      "description": "The longest pause before a consumer that fails is given the same again; pauses begin at 100 ms and double.",
      "env": "EVT_RETRY_MAX_MS",
      "type": "integer",
      "default": 60000,
      "minimum": 100,
      "maximum": 3600000,
      "unit": "ms"
    },
    "parkedMax": {
      "description": "The most events that are parked for one consumer; one that has so many waits instead.",
      "env": "EVT_PARKED_MAX",
      "type": "integer",
      "default": 1000,
      "minimum": 1,
      "maximum": 100000
    },
    "setAsideMs": {
      "description": "A consumer with events to read that has not moved for longer holds discarding back no more, where there is an archive, until it moves again; 0 = never. Seen to by discarders that go on, not by discard --once.",
      "env": "EVT_SET_ASIDE_MS",
      "type": "integer",
      "default": 0,
      "minimum": 0,
      "maximum": 31536000000,
      "unit": "ms"
    },
    "keyRetainMs": {
      "description": "How long idempotency keys are kept, by the database's clock; a retry that comes later may add its events again. Of several nodes the least counts.",
      "env": "EVT_KEY_RETAIN_MS",
      "type": "integer",
      "default": 86400000,
      "minimum": 3600000,
      "maximum": 31536000000,
      "unit": "ms"
    },
    "databasePoolMax": {
      "description": "The most pooled connections to a database server (SQLite: always one).",
      "env": "EVT_DATABASE_POOL_MAX",
      "type": "integer",
      "default": 10,
      "minimum": 2,
      "maximum": 100,
      "unit": "connections"
    },
    "databaseTimeoutMs": {
      "description": "How long one statement, one wait for a lock, or an idle transaction may take before the database or the node gives it up.",
      "env": "EVT_DATABASE_TIMEOUT_MS",
      "type": "integer",
      "default": 10000,
      "minimum": 1000,
      "maximum": 600000,
      "unit": "ms"
    },
    "databaseWaitMs": {
      "description": "How long a call waits for a database that is away, as while a standby takes over, before it is answered StoreUnavailable.",
      "env": "EVT_DATABASE_WAIT_MS",
      "type": "integer",
      "default": 2000,
      "minimum": 0,
      "maximum": 600000,
      "unit": "ms"
    },
    "shutdownMs": {
      "description": "How long a graceful stop may take.",
      "env": "EVT_SHUTDOWN_MS",
      "type": "integer",
      "default": 5000,
      "minimum": 100,
      "maximum": 600000,
      "unit": "ms"
    },
    "logLevel": {
      "description": "How much is logged to standard error, as JSON lines.",
      "env": "EVT_LOG_LEVEL",
      "type": "string",
      "enum": [
        "debug",
        "info",
        "warn",
        "error",
        "silent"
      ],
      "default": "info"
    },
    "url": {
      "description": "The server that consumers, publish and tail talk to.",
      "env": "EVT_URL",
      "type": "string",
      "default": "http://127.0.0.1:8080"
    },
    "key": {
      "description": "The key that consumers, publish and tail present, and archive with a server to archive from.",
      "env": "EVT_KEY",
      "type": [
        "string",
        "null"
      ],
      "default": null,
      "secret": true
    }
  },
  "additionalProperties": false,
  "required": [
    "databaseUrl",
    "warehouseUrl",
    "host",
    "port",
    "credentials",
    "streams",
    "services",
    "allowReliable",
    "allowPolling",
    "archiver",
    "archiveFrom",
    "readArchive",
    "exportDir",
    "discarder",
    "sinks",
    "sinkModules",
    "sleepMsMin",
    "sleepMsMax",
    "sleepMsStep",
    "watch",
    "stateKinds",
    "stateInvalidate",
    "stateTombstoneMs",
    "pingWindowMs",
    "eventBytesMax",
    "batchMax",
    "requestBytesMax",
    "queueMax",
    "queueBytesMax",
    "windowEventsMax",
    "windowBytesMax",
    "inFlightMax",
    "liveInFlight",
    "ackTimeoutMs",
    "checkpointMs",
    "connectionsMax",
    "subscriptionsMax",
    "sseConnectionsMax",
    "ssePrincipalMax",
    "sseBufferBytes",
    "sseStallMs",
    "sseHeartbeatMs",
    "sseConnectionMs",
    "sseRetryMs",
    "sseCheckpointMs",
    "discardLimit",
    "retainMs",
    "workerPeriodMs",
    "staleMs",
    "retryMaxMs",
    "parkedMax",
    "setAsideMs",
    "keyRetainMs",
    "databasePoolMax",
    "databaseTimeoutMs",
    "databaseWaitMs",
    "shutdownMs",
    "logLevel",
    "url",
    "key"
  ]
} as const;
