// The limits that are not settings: they belong to the wire or to the shape of the database.

/** The largest data of one event, in bytes; the inbox enforces it in the database too. */
export const EVENT_BYTES_MAX = 2_097_152;
/** How deep data may nest. PostgreSQL's and SQLite's own JSON checks give up somewhere above it. */
export const DATA_DEPTH_MAX = 512;
/** How deep a whole message may nest: data stands at most five deep in a batch of calls. */
export const MESSAGE_DEPTH_MAX = DATA_DEPTH_MAX + 8;
/** The most events of one flush, one step, one addEvents call or one read. */
export const EVENTS_MAX = 1000;
/** Flushes, steps, reads and batches are bounded in bytes too; one event always fits. */
export const BATCH_BYTES_MAX = 4_194_304;
/** The most calls of one JSON-RPC batch. */
export const RPC_BATCH_MAX = 1000;
/** FTN3: a request holds at most this many bytes unless its interface says more, and none of ours does. */
export const FUTOIN_REQUEST_BYTES_MAX = 65_536;
