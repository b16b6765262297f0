// Generated from specs/ by `npm run gen`; do not edit.

export const errorTable = [
  {
    "code": "ParseError",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32700,
    "http": 400,
    "meaning": "The text is not JSON, or not UTF-8."
  },
  {
    "code": "InvalidRequest",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32600,
    "http": 400,
    "meaning": "The envelope or the parameters break the schema (parameters: -32602)."
  },
  {
    "code": "UnknownMethod",
    "retry": "no",
    "futoin": "UnknownInterface",
    "jsonRpc": -32601,
    "http": 404,
    "meaning": "There is no such interface or function, or this node does not offer it."
  },
  {
    "code": "NotSupportedVersion",
    "retry": "no",
    "futoin": "NotSupportedVersion",
    "jsonRpc": -32001,
    "http": 400,
    "meaning": "The interface is not served in this version."
  },
  {
    "code": "SecurityError",
    "retry": "no",
    "futoin": "SecurityError",
    "jsonRpc": -32010,
    "http": 401,
    "meaning": "The credential is missing or false, or the channel is not trusted."
  },
  {
    "code": "PleaseReauth",
    "retry": "after login",
    "futoin": "PleaseReauth",
    "jsonRpc": -32011,
    "http": 401,
    "meaning": "The credential is out of date."
  },
  {
    "code": "Unauthorized",
    "retry": "no",
    "futoin": "Unauthorized",
    "jsonRpc": -32012,
    "http": 403,
    "meaning": "The caller is known, but not allowed this."
  },
  {
    "code": "DefenseRejected",
    "retry": "later",
    "futoin": "DefenseRejected",
    "jsonRpc": -32013,
    "http": 429,
    "meaning": "A limit is reached; the call was not carried out."
  },
  {
    "code": "PayloadTooLarge",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32014,
    "http": 413,
    "meaning": "The request or an event is larger than allowed."
  },
  {
    "code": "NotRegistered",
    "retry": "after register",
    "futoin": "NotRegistered",
    "jsonRpc": -32020,
    "http": 404,
    "meaning": "The consumer is unknown."
  },
  {
    "code": "LiveNotAllowed",
    "retry": "no",
    "futoin": "LiveNotAllowed",
    "jsonRpc": -32021,
    "http": 409,
    "meaning": "LIVE is reserved and cannot be registered."
  },
  {
    "code": "ConsumerBusy",
    "retry": "later",
    "futoin": "DefenseRejected",
    "jsonRpc": -32022,
    "http": 409,
    "meaning": "The consumer changed hands too often, and newer readers of it wait; or it is a sink at work, which is not unregistered."
  },
  {
    "code": "CursorTooOld",
    "retry": "no",
    "futoin": "InternalError",
    "jsonRpc": -32023,
    "http": 410,
    "meaning": "The position was discarded; earliest is the oldest id that can be read."
  },
  {
    "code": "CursorAhead",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32024,
    "http": 400,
    "meaning": "The position lies beyond the newest event."
  },
  {
    "code": "HistoryForked",
    "retry": "after seek",
    "futoin": "InvalidRequest",
    "jsonRpc": -32025,
    "http": 409,
    "meaning": "The position belongs to another epoch, beyond the point where the histories fork."
  },
  {
    "code": "IdempotencyConflict",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32026,
    "http": 409,
    "meaning": "The idempotency key was used with other content."
  },
  {
    "code": "StreamNotFound",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32027,
    "http": 404,
    "meaning": "There is no such stream."
  },
  {
    "code": "StreamBusy",
    "retry": "later",
    "futoin": "InvalidRequest",
    "jsonRpc": -32028,
    "http": 409,
    "meaning": "The stream is being copied into; what was asked for is to be had when that is over."
  },
  {
    "code": "StreamSealed",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32029,
    "http": 409,
    "meaning": "The stream is sealed: it takes no events."
  },
  {
    "code": "PushNeedsSocket",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32030,
    "http": 400,
    "meaning": "The method needs a WebSocket."
  },
  {
    "code": "InvalidEventId",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32038,
    "http": 400,
    "meaning": "What says where to go on is no event id; said by /streams/ only, a method says InvalidRequest."
  },
  {
    "code": "StreamsFull",
    "retry": "later",
    "futoin": "DefenseRejected",
    "jsonRpc": -32039,
    "http": 503,
    "meaning": "No more clients of /streams/ are served here, or of this principal."
  },
  {
    "code": "StateNotReady",
    "retry": "later",
    "futoin": "InvalidRequest",
    "jsonRpc": -32040,
    "http": 503,
    "meaning": "The state is being made of the events that are there; said by /state only."
  },
  {
    "code": "SinkGap",
    "retry": "no",
    "futoin": "InternalError",
    "jsonRpc": -32031,
    "http": 409,
    "meaning": "A sink lacks events that were discarded; no call is answered so, a start is."
  },
  {
    "code": "SinkWriteFailed",
    "retry": "no",
    "futoin": "InternalError",
    "jsonRpc": -32032,
    "http": 500,
    "meaning": "A sink has failed, and is to stop then; no call is answered so, serve and relay end with it."
  },
  {
    "code": "SinkUnavailable",
    "retry": "yes",
    "futoin": "InternalError",
    "jsonRpc": -32033,
    "http": 503,
    "meaning": "Where a sink writes is away; thrown by sinks, so that nothing is skipped for it."
  },
  {
    "code": "SinkOccupied",
    "retry": "no",
    "futoin": "InternalError",
    "jsonRpc": -32035,
    "http": 409,
    "meaning": "The place where a sink writes holds what is not its own; no call is answered so, a start is."
  },
  {
    "code": "SinkRefused",
    "retry": "later",
    "futoin": "InternalError",
    "jsonRpc": -32036,
    "http": 409,
    "meaning": "The place where a sink writes does not take an event, by its size; the sink waits before it, and no call is answered so."
  },
  {
    "code": "StreamInUse",
    "retry": "later",
    "futoin": "InvalidRequest",
    "jsonRpc": -32037,
    "http": 409,
    "meaning": "Transactions on the stream's inbox stay open, so it could not be sealed, or opened again."
  },
  {
    "code": "EventsParked",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32041,
    "http": 409,
    "meaning": "The consumer has parked events, which would be lost with it: drop them first, or say that they may go."
  },
  {
    "code": "DestinationExists",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32042,
    "http": 409,
    "meaning": "The destination is taken: by another stream, or by events that no copy of that name has brought there."
  },
  {
    "code": "DestinationMismatch",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32043,
    "http": 409,
    "meaning": "A copy of that name into this destination was asked for in other terms."
  },
  {
    "code": "SourceTruncated",
    "retry": "no",
    "futoin": "InternalError",
    "jsonRpc": -32044,
    "http": 410,
    "meaning": "Events that were to be copied are no more; oldest is the first that is left."
  },
  {
    "code": "CopyConflict",
    "retry": "later",
    "futoin": "DefenseRejected",
    "jsonRpc": -32045,
    "http": 409,
    "meaning": "Another process is at work on the copy, or has taken it over."
  },
  {
    "code": "CopyNotFound",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32046,
    "http": 404,
    "meaning": "There is no copy of that name."
  },
  {
    "code": "CopyFinished",
    "retry": "no",
    "futoin": "InvalidRequest",
    "jsonRpc": -32047,
    "http": 409,
    "meaning": "The copy is done or was cancelled."
  },
  {
    "code": "SegmentCorrupt",
    "retry": "no",
    "futoin": "InternalError",
    "jsonRpc": -32048,
    "http": 409,
    "meaning": "A file of events is not what was written; nothing of it was imported."
  },
  {
    "code": "StoreUnavailable",
    "retry": "yes",
    "futoin": "InternalError",
    "jsonRpc": -32050,
    "http": 503,
    "meaning": "The database is away; the call was not carried out."
  },
  {
    "code": "OutcomeUnknown",
    "retry": "with the same idempotency key",
    "futoin": "InternalError",
    "jsonRpc": -32051,
    "http": 503,
    "meaning": "The answer to a commit was lost: the events may be stored or not."
  },
  {
    "code": "ShuttingDown",
    "retry": "yes",
    "futoin": "InternalError",
    "jsonRpc": -32052,
    "http": 503,
    "meaning": "The node is stopping; the call was not carried out."
  },
  {
    "code": "InternalError",
    "retry": "no",
    "futoin": "InternalError",
    "jsonRpc": -32603,
    "http": 500,
    "meaning": "The fault is ours; details are only in the log."
  }
] as const;
