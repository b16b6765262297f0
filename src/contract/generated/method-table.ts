// Generated from specs/ by `npm run gen`; do not edit.

export const methodTable = {
  "addEvent": {
    "summary": "Append one event to a stream; the id is given once the event is committed.",
    "scope": "generate",
    "errors": [
      "DefenseRejected",
      "PayloadTooLarge",
      "IdempotencyConflict",
      "StreamNotFound",
      "StreamBusy",
      "StreamSealed",
      "Unauthorized",
      "OutcomeUnknown",
      "StoreUnavailable",
      "ShuttingDown"
    ],
    "services": [
      "generator"
    ]
  },
  "addEvents": {
    "summary": "Append several events, together or not at all, with contiguous ids.",
    "scope": "generate",
    "errors": [
      "DefenseRejected",
      "PayloadTooLarge",
      "IdempotencyConflict",
      "StreamNotFound",
      "StreamBusy",
      "StreamSealed",
      "Unauthorized",
      "OutcomeUnknown",
      "StoreUnavailable",
      "ShuttingDown"
    ],
    "services": [
      "generator"
    ]
  },
  "registerConsumer": {
    "summary": "Register a component of the caller as a consumer; from then on nothing is discarded before it has acknowledged it.",
    "scope": "consume",
    "errors": [
      "LiveNotAllowed",
      "CursorAhead",
      "CursorTooOld",
      "HistoryForked",
      "StreamNotFound",
      "StoreUnavailable",
      "Unauthorized",
      "OutcomeUnknown"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "unregisterConsumer": {
    "summary": "Forget a consumer: it holds nothing back any more.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "ConsumerBusy",
      "EventsParked",
      "Unauthorized",
      "StreamNotFound",
      "StoreUnavailable",
      "OutcomeUnknown"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "changeConsumer": {
    "summary": "Change after how many failed tries an event is parked for a consumer.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "reportFailure": {
    "summary": "Say that a batch that was polled could not be handled, and be told how to go on.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "CursorAhead",
      "HistoryForked",
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll"
    ]
  },
  "listParked": {
    "summary": "The events that were parked for a consumer, with their errors.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "retryParked": {
    "summary": "Give parked events to their consumer once more, each by itself; acknowledged, it is parked no more.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "push"
    ]
  },
  "dropParked": {
    "summary": "Forget parked events for good.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "pollEvents": {
    "summary": "Acknowledge up to last_id and read what follows, waiting for it if asked to.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "DefenseRejected",
      "CursorAhead",
      "CursorTooOld",
      "HistoryForked",
      "StreamNotFound",
      "StreamBusy",
      "Unauthorized",
      "StoreUnavailable",
      "ShuttingDown"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "readyToReceive": {
    "summary": "Subscribe this socket: the server calls onEvents, for a registered component from its cursor, for LIVE from now on.",
    "scope": "consume",
    "errors": [
      "NotRegistered",
      "PushNeedsSocket",
      "ConsumerBusy",
      "DefenseRejected",
      "CursorAhead",
      "CursorTooOld",
      "HistoryForked",
      "StreamNotFound",
      "StreamBusy",
      "Unauthorized",
      "StoreUnavailable",
      "ShuttingDown"
    ],
    "services": [
      "push"
    ]
  },
  "onEvents": {
    "summary": "Server to client: a batch of events; the answer true acknowledges it.",
    "direction": "client",
    "errors": [],
    "services": [
      "push"
    ]
  },
  "listConsumers": {
    "summary": "The consumers of a stream with cursor and lag.",
    "scope": "consume",
    "errors": [
      "StreamNotFound",
      "StoreUnavailable"
    ]
  },
  "streamInfo": {
    "summary": "What a stream holds.",
    "scope": "any",
    "errors": [
      "StreamNotFound",
      "StoreUnavailable"
    ]
  },
  "listStreams": {
    "summary": "The streams of the database, with status and newest event.",
    "scope": "admin",
    "errors": [
      "Unauthorized",
      "StoreUnavailable"
    ]
  },
  "sealStream": {
    "summary": "Take no more events, neither by calls nor by SQL; every event that was committed before has its id then. Open transactions are waited for.",
    "scope": "admin",
    "errors": [
      "StreamNotFound",
      "StreamBusy",
      "StreamInUse",
      "Unauthorized",
      "StoreUnavailable",
      "OutcomeUnknown"
    ]
  },
  "unsealStream": {
    "summary": "Take events again.",
    "scope": "admin",
    "errors": [
      "StreamNotFound",
      "StreamBusy",
      "StreamInUse",
      "Unauthorized",
      "StoreUnavailable",
      "OutcomeUnknown"
    ]
  },
  "hint": {
    "summary": "Something was committed by SQL: this node looks at once instead of when it would. It may be wrong, or not be sent.",
    "scope": "generate",
    "errors": [
      "StreamNotFound",
      "Unauthorized"
    ]
  },
  "startCopy": {
    "summary": "Copy events between streams of this node's databases, and files: in the background, each event once. The same again goes on, and changes nothing when the copy is done.",
    "scope": "admin",
    "errors": [
      "DestinationExists",
      "DestinationMismatch",
      "SourceTruncated",
      "CopyConflict",
      "CopyFinished",
      "SegmentCorrupt",
      "CursorAhead",
      "StreamNotFound",
      "StreamBusy",
      "StreamSealed",
      "Unauthorized",
      "OutcomeUnknown",
      "StoreUnavailable"
    ]
  },
  "listCopies": {
    "summary": "The copies into this node's databases, and into files below its exportDir.",
    "scope": "admin",
    "errors": [
      "StoreUnavailable"
    ]
  },
  "copyStatus": {
    "summary": "How far a copy is.",
    "scope": "admin",
    "errors": [
      "CopyNotFound",
      "StoreUnavailable"
    ]
  },
  "pauseCopy": {
    "summary": "End the work on a copy behind the batch at hand; the source keeps what is still to be copied.",
    "scope": "admin",
    "errors": [
      "CopyNotFound",
      "CopyFinished",
      "OutcomeUnknown",
      "StoreUnavailable"
    ]
  },
  "resumeCopy": {
    "summary": "Go on with a copy that was paused or has failed.",
    "scope": "admin",
    "errors": [
      "CopyNotFound",
      "CopyFinished",
      "CopyConflict",
      "InvalidRequest",
      "OutcomeUnknown",
      "StoreUnavailable"
    ]
  },
  "cancelCopy": {
    "summary": "End a copy for good: what was copied stays, the destination takes events as before.",
    "scope": "admin",
    "errors": [
      "CopyNotFound",
      "CopyFinished",
      "InvalidRequest",
      "OutcomeUnknown",
      "StoreUnavailable"
    ]
  },
  "takeArchive": {
    "summary": "Become the one archiver at work on a stream; from the first time on nothing is discarded that is not archived.",
    "scope": "archive",
    "errors": [
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "keepArchive": {
    "summary": "Stay the one at work, and say up to where the archive is complete.",
    "scope": "archive",
    "errors": [
      "CursorAhead",
      "HistoryForked",
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "releaseArchive": {
    "summary": "Let another archiver be the one at work.",
    "scope": "archive",
    "errors": [
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "readEvents": {
    "summary": "All events behind an id, whoever they are for, without a cursor.",
    "scope": "archive",
    "errors": [
      "CursorAhead",
      "CursorTooOld",
      "HistoryForked",
      "StreamNotFound",
      "Unauthorized",
      "StoreUnavailable"
    ],
    "services": [
      "poll",
      "push"
    ]
  },
  "addCredential": {
    "summary": "Give a principal a key in the credentials file of this node; its other keys stay. The same again changes nothing.",
    "scope": "admin",
    "errors": [
      "InvalidRequest"
    ]
  },
  "removeCredential": {
    "summary": "Take a principal out of the credentials file of this node, with all its keys.",
    "scope": "admin",
    "errors": [
      "InvalidRequest"
    ]
  },
  "ping": {
    "summary": "Answers what it was given.",
    "scope": "any",
    "errors": []
  },
  "rpc.discover": {
    "summary": "This document.",
    "scope": "any",
    "errors": []
  }
} as const;
