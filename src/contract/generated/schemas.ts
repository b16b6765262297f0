// Generated from specs/ by `npm run gen`; do not edit.

export const schemas = {
  "component": {
    "$id": "https://aftercommit.dev/schema/component.schema.json",
    "title": "Component",
    "description": "The part of a principal that reads on its own. LIVE is reserved for delivery without a cursor.",
    "type": "string",
    "pattern": "^[A-Za-z0-9_]{1,64}$"
  },
  "copy": {
    "$id": "https://aftercommit.dev/schema/copy.schema.json",
    "title": "CopyFacts",
    "description": "A copy of events into a stream, a history or files: what was asked for, and how far it is.",
    "type": "object",
    "properties": {
      "name": {
        "type": "string",
        "description": "Its name where it goes.",
        "pattern": "^[A-Za-z0-9_.-]{1,50}$"
      },
      "status": {
        "enum": [
          "running",
          "paused",
          "failed",
          "done",
          "cancelled"
        ],
        "description": "failed: can be tried again; done and cancelled are ends."
      },
      "source": {
        "type": "string",
        "description": "Where the events come from, without credentials."
      },
      "stream": {
        "type": "string",
        "description": "The stream, or the prefix of files, that they go into."
      },
      "mode": {
        "enum": [
          "create",
          "append"
        ],
        "description": "Into what is empty, or behind what is there."
      },
      "ids": {
        "enum": [
          "preserve",
          "reassign"
        ],
        "description": "The same ids, or new ones."
      },
      "after": {
        "$ref": "event-id.schema.json"
      },
      "up_to": {
        "$ref": "event-id.schema.json"
      },
      "types": {
        "$ref": "want.schema.json"
      },
      "since": {
        "type": [
          "string",
          "null"
        ],
        "description": "Only events with a ts at or after it."
      },
      "until": {
        "type": [
          "string",
          "null"
        ],
        "description": "Only events with a ts before it."
      },
      "follow": {
        "type": "boolean",
        "description": "It goes on behind up_to."
      },
      "watermark": {
        "$ref": "event-id.schema.json"
      },
      "last": {
        "$ref": "event-id.schema.json"
      },
      "copied": {
        "type": "integer",
        "description": "Events.",
        "minimum": 0
      },
      "invalid": {
        "type": "integer",
        "description": "Those of them that were no events, and went out as null.",
        "minimum": 0
      },
      "at_work": {
        "type": "boolean",
        "description": "A process holds it now; of files this is not known, and false."
      },
      "error": {
        "type": [
          "string",
          "null"
        ],
        "description": "Why it failed."
      },
      "began_at": {
        "$ref": "event-ts.schema.json"
      },
      "moved_at": {
        "$ref": "event-ts.schema.json"
      },
      "ended_at": {
        "oneOf": [
          {
            "type": "null"
          },
          {
            "$ref": "event-ts.schema.json"
          }
        ]
      }
    },
    "required": [
      "name",
      "status",
      "source",
      "stream",
      "mode",
      "ids",
      "after",
      "up_to",
      "types",
      "since",
      "until",
      "follow",
      "watermark",
      "last",
      "copied",
      "invalid",
      "at_work",
      "error",
      "began_at",
      "moved_at",
      "ended_at"
    ],
    "additionalProperties": false
  },
  "credentials": {
    "$id": "https://aftercommit.dev/schema/credentials.schema.json",
    "title": "Credentials",
    "description": "The credentials file.",
    "type": "object",
    "properties": {
      "principals": {
        "type": "array",
        "items": {
          "title": "CredentialPrincipal",
          "type": "object",
          "properties": {
            "name": {
              "type": "string",
              "pattern": "^(?!local$|internal$)[A-Za-z0-9_.-]{1,64}$",
              "description": "local and internal are reserved."
            },
            "keys": {
              "type": "array",
              "items": {
                "title": "CredentialKey",
                "type": "object",
                "properties": {
                  "sha256": {
                    "type": "string",
                    "pattern": "^[0-9a-f]{64}$",
                    "description": "SHA-256 of the key, in hexadecimal."
                  },
                  "kind": {
                    "type": "string",
                    "enum": [
                      "server",
                      "client",
                      "public"
                    ],
                    "default": "server",
                    "description": "Of /streams/ a client or public key opens ping only, and a server key everything else."
                  },
                  "expiresAt": {
                    "type": "string",
                    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$",
                    "description": "UTC; from then on the key is answered PleaseReauth."
                  }
                },
                "required": [
                  "sha256"
                ],
                "additionalProperties": false
              }
            },
            "hmacKey": {
              "type": "string",
              "description": "Base64; kept as it is, since signatures need it."
            },
            "may": {
              "type": "array",
              "items": {
                "type": "string",
                "enum": [
                  "generate",
                  "consume",
                  "archive",
                  "admin"
                ]
              },
              "uniqueItems": true
            },
            "types": {
              "type": "array",
              "items": {
                "type": "string",
                "minLength": 1
              },
              "description": "Event types it may add and see: * = all, ORDER_* = a prefix. Default: all."
            },
            "streams": {
              "type": "array",
              "items": {
                "type": "string",
                "minLength": 1
              },
              "description": "Default: all."
            },
            "publicId": {
              "type": "string",
              "pattern": "^[A-Za-z0-9_.-]{1,64}$",
              "description": "No secret: who knows it hears at /streams/ping/ID that something has changed, and not what."
            },
            "allowedOrigins": {
              "type": "array",
              "items": {
                "type": "string"
              },
              "description": "Origins of web pages that may use its keys."
            }
          },
          "required": [
            "name",
            "keys",
            "may"
          ],
          "additionalProperties": false
        }
      }
    },
    "required": [
      "principals"
    ],
    "additionalProperties": false
  },
  "draft": {
    "$id": "https://aftercommit.dev/schema/draft.schema.json",
    "title": "EventDraft",
    "description": "An event without id and ts.",
    "type": "object",
    "properties": {
      "type": {
        "$ref": "event-type.schema.json"
      },
      "data": {
        "description": "Any JSON value; left out, it is null.",
        "default": null
      }
    },
    "required": [
      "type"
    ],
    "additionalProperties": false
  },
  "epoch": {
    "$id": "https://aftercommit.dev/schema/epoch.schema.json",
    "title": "Epoch",
    "description": "Counts the times that a stream's history forked after a failover or a restore; 1 at first. Absent means the current one.",
    "type": "integer",
    "minimum": 1,
    "maximum": 2147483647
  },
  "event-id": {
    "$id": "https://aftercommit.dev/schema/event-id.schema.json",
    "title": "EventId",
    "description": "A decimal string of at most 18 digits, dense and increasing within a stream; \"0\" stands before the first event.",
    "type": "string",
    "pattern": "^(0|[1-9][0-9]{0,17})$"
  },
  "event-ts": {
    "$id": "https://aftercommit.dev/schema/event-ts.schema.json",
    "title": "EventTs",
    "description": "When the database stored the event: UTC, milliseconds. Not monotonic in id.",
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"
  },
  "event-type": {
    "$id": "https://aftercommit.dev/schema/event-type.schema.json",
    "title": "EventType",
    "description": "What happened, in the application's words.",
    "type": "string",
    "pattern": "^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$"
  },
  "event": {
    "$id": "https://aftercommit.dev/schema/event.schema.json",
    "title": "Event",
    "description": "A recorded fact.",
    "type": "object",
    "properties": {
      "id": {
        "$ref": "event-id.schema.json"
      },
      "type": {
        "$ref": "event-type.schema.json"
      },
      "data": {
        "description": "Any JSON value, exactly as it was written."
      },
      "ts": {
        "$ref": "event-ts.schema.json"
      }
    },
    "required": [
      "id",
      "type",
      "data",
      "ts"
    ],
    "additionalProperties": false
  },
  "from": {
    "$id": "https://aftercommit.dev/schema/from.schema.json",
    "title": "From",
    "description": "Where a reader begins: with the oldest event, with the next one, after an id, or with the lowest id whose ts is at or after a time.",
    "oneOf": [
      {
        "type": "string",
        "enum": [
          "beginning",
          "now"
        ]
      },
      {
        "type": "object",
        "properties": {
          "id": {
            "$ref": "event-id.schema.json"
          }
        },
        "required": [
          "id"
        ],
        "additionalProperties": false
      },
      {
        "type": "object",
        "properties": {
          "time": {
            "type": "string",
            "description": "RFC 3339, in UTC.",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z$"
          }
        },
        "required": [
          "time"
        ],
        "additionalProperties": false
      }
    ]
  },
  "idempotency-key": {
    "$id": "https://aftercommit.dev/schema/idempotency-key.schema.json",
    "title": "IdempotencyKey",
    "description": "Names a call, so that trying it again adds nothing: the same content under the same key of the same principal gives the same ids. Printable ASCII without spaces.",
    "type": "string",
    "pattern": "^[!-~]{1,128}$"
  },
  "park-after": {
    "$id": "https://aftercommit.dev/schema/park-after.schema.json",
    "title": "ParkAfter",
    "description": "After so many failed tries of one event alone it is parked, and the consumer goes on behind it; null: never, the consumer waits before it.",
    "oneOf": [
      {
        "type": "null"
      },
      {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000
      }
    ]
  },
  "stream-name": {
    "$id": "https://aftercommit.dev/schema/stream-name.schema.json",
    "title": "StreamName",
    "description": "The name of one ordered log with its own ids.",
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]{0,29}$"
  },
  "want": {
    "$id": "https://aftercommit.dev/schema/want.schema.json",
    "title": "Want",
    "description": "The event types a consumer asks for; null means all it may see.",
    "oneOf": [
      {
        "type": "null"
      },
      {
        "type": "array",
        "items": {
          "$ref": "event-type.schema.json"
        },
        "minItems": 1,
        "maxItems": 100,
        "uniqueItems": true
      }
    ]
  },
  "methods/addCredential.params": {
    "$id": "https://aftercommit.dev/schema/methods/addCredential.params.schema.json",
    "title": "AddCredentialParams",
    "type": "object",
    "properties": {
      "name": {
        "type": "string",
        "pattern": "^(?!local$|internal$)[A-Za-z0-9_.-]{1,64}$",
        "description": "Of the principal; one that is there keeps its keys, and has these rights then."
      },
      "may": {
        "type": "array",
        "items": {
          "type": "string",
          "enum": [
            "generate",
            "consume",
            "archive",
            "admin"
          ]
        },
        "uniqueItems": true,
        "minItems": 1
      },
      "key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "description": "Left out: a new one of 32 random bytes, which is in the answer."
      },
      "kind": {
        "type": "string",
        "enum": [
          "server",
          "client",
          "public"
        ],
        "default": "server"
      },
      "types": {
        "type": "array",
        "items": {
          "type": "string",
          "minLength": 1
        },
        "description": "Default: all."
      },
      "streams": {
        "type": "array",
        "items": {
          "type": "string",
          "minLength": 1
        },
        "description": "Default: all."
      },
      "allowed_origins": {
        "type": "array",
        "items": {
          "type": "string",
          "minLength": 1
        }
      },
      "public_id": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_.-]{1,64}$"
      },
      "expires_at": {
        "type": "string",
        "description": "When the key ends, as 2027-01-31T00:00:00Z."
      }
    },
    "required": [
      "name",
      "may"
    ],
    "additionalProperties": false
  },
  "methods/addCredential.result": {
    "$id": "https://aftercommit.dev/schema/methods/addCredential.result.schema.json",
    "title": "AddCredentialResult",
    "type": "object",
    "properties": {
      "name": {
        "type": "string"
      },
      "key": {
        "type": [
          "string",
          "null"
        ],
        "description": "The key that was made, shown this once; null when it was given."
      }
    },
    "required": [
      "name",
      "key"
    ],
    "additionalProperties": false
  },
  "methods/addEvent.params": {
    "$id": "https://aftercommit.dev/schema/methods/addEvent.params.schema.json",
    "title": "AddEventParams",
    "type": "object",
    "properties": {
      "type": {
        "$ref": "../event-type.schema.json"
      },
      "data": {
        "description": "Any JSON value; left out, it is null.",
        "default": null
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "idempotency_key": {
        "$ref": "../idempotency-key.schema.json"
      }
    },
    "required": [
      "type"
    ],
    "additionalProperties": false
  },
  "methods/addEvent.result": {
    "$id": "https://aftercommit.dev/schema/methods/addEvent.result.schema.json",
    "title": "AddEventResult",
    "$ref": "../event-id.schema.json"
  },
  "methods/addEvents.params": {
    "$id": "https://aftercommit.dev/schema/methods/addEvents.params.schema.json",
    "title": "AddEventsParams",
    "type": "object",
    "properties": {
      "events": {
        "type": "array",
        "items": {
          "$ref": "../draft.schema.json"
        },
        "minItems": 1,
        "maxItems": 1000
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "idempotency_key": {
        "$ref": "../idempotency-key.schema.json"
      }
    },
    "required": [
      "events"
    ],
    "additionalProperties": false
  },
  "methods/addEvents.result": {
    "$id": "https://aftercommit.dev/schema/methods/addEvents.result.schema.json",
    "title": "AddEventsResult",
    "description": "The ids are contiguous.",
    "type": "object",
    "properties": {
      "first": {
        "$ref": "../event-id.schema.json"
      },
      "last": {
        "$ref": "../event-id.schema.json"
      }
    },
    "required": [
      "first",
      "last"
    ],
    "additionalProperties": false
  },
  "methods/cancelCopy.params": {
    "$id": "https://aftercommit.dev/schema/methods/cancelCopy.params.schema.json",
    "title": "CancelCopyParams",
    "type": "object",
    "properties": {
      "name": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_.-]{1,50}$"
      },
      "to": {
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "description": "Where it goes, when two copies have the name."
      }
    },
    "required": [
      "name"
    ],
    "additionalProperties": false
  },
  "methods/cancelCopy.result": {
    "$id": "https://aftercommit.dev/schema/methods/cancelCopy.result.schema.json",
    "title": "CancelCopyResult",
    "$ref": "../copy.schema.json"
  },
  "methods/changeConsumer.params": {
    "$id": "https://aftercommit.dev/schema/methods/changeConsumer.params.schema.json",
    "title": "ChangeConsumerParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "park_after": {
        "$ref": "../park-after.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "principal": {
        "type": "string",
        "description": "Whose consumer; another's needs the right admin. Default: the caller.",
        "pattern": "^[A-Za-z0-9_.-]{1,64}$"
      }
    },
    "required": [
      "component",
      "park_after"
    ],
    "additionalProperties": false
  },
  "methods/changeConsumer.result": {
    "$id": "https://aftercommit.dev/schema/methods/changeConsumer.result.schema.json",
    "title": "ChangeConsumerResult",
    "description": "It counts from the next failure on.",
    "type": "boolean",
    "const": true
  },
  "methods/copyStatus.params": {
    "$id": "https://aftercommit.dev/schema/methods/copyStatus.params.schema.json",
    "title": "CopyStatusParams",
    "type": "object",
    "properties": {
      "name": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_.-]{1,50}$"
      },
      "to": {
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "description": "Where it goes, when two copies have the name."
      }
    },
    "required": [
      "name"
    ],
    "additionalProperties": false
  },
  "methods/copyStatus.result": {
    "$id": "https://aftercommit.dev/schema/methods/copyStatus.result.schema.json",
    "title": "CopyStatusResult",
    "$ref": "../copy.schema.json"
  },
  "methods/dropParked.params": {
    "$id": "https://aftercommit.dev/schema/methods/dropParked.params.schema.json",
    "title": "DropParkedParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "ids": {
        "description": "Which of them; null: all.",
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "array",
            "items": {
              "$ref": "../event-id.schema.json"
            },
            "minItems": 1,
            "maxItems": 1000,
            "uniqueItems": true
          }
        ]
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "principal": {
        "type": "string",
        "description": "Whose consumer; another's needs the right admin. Default: the caller.",
        "pattern": "^[A-Za-z0-9_.-]{1,64}$"
      }
    },
    "required": [
      "component",
      "ids"
    ],
    "additionalProperties": false
  },
  "methods/dropParked.result": {
    "$id": "https://aftercommit.dev/schema/methods/dropParked.result.schema.json",
    "title": "DropParkedResult",
    "type": "object",
    "properties": {
      "dropped": {
        "type": "integer",
        "description": "How many are gone for good.",
        "minimum": 0
      }
    },
    "required": [
      "dropped"
    ],
    "additionalProperties": false
  },
  "methods/hint.params": {
    "$id": "https://aftercommit.dev/schema/methods/hint.params.schema.json",
    "title": "HintParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      }
    },
    "additionalProperties": false
  },
  "methods/hint.result": {
    "$id": "https://aftercommit.dev/schema/methods/hint.result.schema.json",
    "title": "HintResult",
    "type": "boolean",
    "const": true
  },
  "methods/keepArchive.params": {
    "$id": "https://aftercommit.dev/schema/methods/keepArchive.params.schema.json",
    "title": "KeepArchiveParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "token": {
        "type": "string",
        "description": "Of takeArchive; a later one makes it void.",
        "pattern": "^[1-9][0-9]{0,17}$"
      },
      "lease_ms": {
        "type": "integer",
        "description": "How long nobody else can be the one at work unless it is prolonged, in milliseconds.",
        "minimum": 1000,
        "maximum": 60000
      },
      "cursor": {
        "description": "The archive is complete up to there; moves forward only.",
        "$ref": "../event-id.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      }
    },
    "required": [
      "token",
      "lease_ms"
    ],
    "additionalProperties": false
  },
  "methods/keepArchive.result": {
    "$id": "https://aftercommit.dev/schema/methods/keepArchive.result.schema.json",
    "title": "KeepArchiveResult",
    "description": "False when another archiver is the one at work by now.",
    "type": "boolean"
  },
  "methods/listConsumers.params": {
    "$id": "https://aftercommit.dev/schema/methods/listConsumers.params.schema.json",
    "title": "ListConsumersParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      }
    },
    "additionalProperties": false
  },
  "methods/listConsumers.result": {
    "$id": "https://aftercommit.dev/schema/methods/listConsumers.result.schema.json",
    "title": "ListConsumersResult",
    "description": "The caller's consumers; with the right admin everybody's.",
    "type": "array",
    "items": {
      "title": "ConsumerStatus",
      "description": "A registered consumer of a stream; cursor: the last event that it has acknowledged.",
      "type": "object",
      "properties": {
        "principal": {
          "type": [
            "string",
            "null"
          ],
          "description": "null: one of the service's own, ARCHIVER or a sink (SINK_ and its name)."
        },
        "component": {
          "type": "string",
          "description": "The part of the principal that reads on its own."
        },
        "cursor": {
          "$ref": "../event-id.schema.json"
        },
        "lag": {
          "type": "integer",
          "description": "Newest minus cursor, in events.",
          "minimum": 0
        },
        "last_time": {
          "description": "When its cursor moved last; null: never yet.",
          "oneOf": [
            {
              "type": "null"
            },
            {
              "$ref": "../event-ts.schema.json"
            }
          ]
        },
        "connected": {
          "type": "boolean",
          "description": "Some node pushes to it now."
        },
        "stale": {
          "type": "boolean",
          "description": "It has events to read and has not moved for longer than EVT_STALE_MS."
        },
        "set_aside": {
          "type": "boolean",
          "description": "It has not moved for longer than EVT_SET_ASIDE_MS, and holds discarding back no more until it does."
        },
        "park_after": {
          "description": "After so many failed tries of one event alone it is parked; null: never.",
          "oneOf": [
            {
              "type": "null"
            },
            {
              "type": "integer",
              "minimum": 1
            }
          ]
        },
        "parked": {
          "type": "integer",
          "description": "Events that are parked for it.",
          "minimum": 0
        },
        "failing": {
          "description": "What it cannot handle where it stands; null: it does not fail.",
          "oneOf": [
            {
              "type": "null"
            },
            {
              "title": "ConsumerFailure",
              "description": "A failure that goes on: the same comes again after a pause.",
              "type": "object",
              "properties": {
                "event_id": {
                  "description": "The event that fails alone; null: it has not been found yet.",
                  "oneOf": [
                    {
                      "type": "null"
                    },
                    {
                      "$ref": "../event-id.schema.json"
                    }
                  ]
                },
                "tries": {
                  "type": "integer",
                  "description": "In a row, where it stands.",
                  "minimum": 1
                },
                "event_tries": {
                  "type": "integer",
                  "description": "Of these, with that event alone.",
                  "minimum": 0
                },
                "since": {
                  "$ref": "../event-ts.schema.json"
                },
                "tried_at": {
                  "$ref": "../event-ts.schema.json"
                },
                "next_try_at": {
                  "$ref": "../event-ts.schema.json"
                },
                "error": {
                  "type": "string",
                  "description": "What was said at the last try."
                },
                "full": {
                  "type": "boolean",
                  "description": "The event would be parked, but EVT_PARKED_MAX events are."
                }
              },
              "required": [
                "event_id",
                "tries",
                "event_tries",
                "since",
                "tried_at",
                "next_try_at",
                "error",
                "full"
              ],
              "additionalProperties": false
            }
          ]
        }
      },
      "required": [
        "principal",
        "component",
        "cursor",
        "lag",
        "last_time",
        "connected",
        "stale",
        "set_aside",
        "park_after",
        "parked",
        "failing"
      ],
      "additionalProperties": false
    }
  },
  "methods/listCopies.params": {
    "$id": "https://aftercommit.dev/schema/methods/listCopies.params.schema.json",
    "title": "ListCopiesParams",
    "type": "object",
    "properties": {},
    "additionalProperties": false
  },
  "methods/listCopies.result": {
    "$id": "https://aftercommit.dev/schema/methods/listCopies.result.schema.json",
    "title": "ListCopiesResult",
    "type": "array",
    "items": {
      "$ref": "../copy.schema.json"
    }
  },
  "methods/listParked.params": {
    "$id": "https://aftercommit.dev/schema/methods/listParked.params.schema.json",
    "title": "ListParkedParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "after": {
        "title": "ParkedPosition",
        "description": "Those behind it: the last one of the page before.",
        "type": "object",
        "properties": {
          "id": {
            "$ref": "../event-id.schema.json"
          },
          "epoch": {
            "$ref": "../epoch.schema.json"
          }
        },
        "required": [
          "id",
          "epoch"
        ],
        "additionalProperties": false
      },
      "limit": {
        "type": "integer",
        "description": "At most this many.",
        "minimum": 1,
        "maximum": 100,
        "default": 100
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "principal": {
        "type": "string",
        "description": "Whose consumer; another's needs the right admin. Default: the caller.",
        "pattern": "^[A-Za-z0-9_.-]{1,64}$"
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "methods/listParked.result": {
    "$id": "https://aftercommit.dev/schema/methods/listParked.result.schema.json",
    "title": "ListParkedResult",
    "description": "In the order of their ids.",
    "type": "object",
    "properties": {
      "events": {
        "description": "Fewer than the limit where they are large.",
        "type": "array",
        "items": {
          "title": "ParkedEvent",
          "description": "An event that a consumer has passed without having handled it.",
          "type": "object",
          "properties": {
            "id": {
              "$ref": "../event-id.schema.json"
            },
            "type": {
              "$ref": "../event-type.schema.json"
            },
            "data": {
              "description": "As its writer wrote it."
            },
            "ts": {
              "$ref": "../event-ts.schema.json"
            },
            "epoch": {
              "$ref": "../epoch.schema.json"
            },
            "error": {
              "type": "string",
              "description": "What was said at the last try."
            },
            "tries": {
              "type": "integer",
              "description": "How often it was given alone.",
              "minimum": 1
            },
            "since": {
              "$ref": "../event-ts.schema.json"
            },
            "parked_at": {
              "$ref": "../event-ts.schema.json"
            },
            "asked_for": {
              "type": "boolean",
              "description": "It is to be given to the consumer once more, and has not been yet."
            }
          },
          "required": [
            "id",
            "type",
            "data",
            "ts",
            "epoch",
            "error",
            "tries",
            "since",
            "parked_at",
            "asked_for"
          ],
          "additionalProperties": false
        }
      },
      "more": {
        "type": "boolean",
        "description": "There are more behind the last one."
      }
    },
    "required": [
      "events",
      "more"
    ],
    "additionalProperties": false
  },
  "methods/listStreams.params": {
    "$id": "https://aftercommit.dev/schema/methods/listStreams.params.schema.json",
    "title": "ListStreamsParams",
    "type": "object",
    "properties": {},
    "additionalProperties": false
  },
  "methods/listStreams.result": {
    "$id": "https://aftercommit.dev/schema/methods/listStreams.result.schema.json",
    "title": "ListStreamsResult",
    "description": "Every stream of the database, by name.",
    "type": "array",
    "items": {
      "title": "StreamFacts",
      "description": "What stands in a stream's row.",
      "type": "object",
      "properties": {
        "stream": {
          "$ref": "../stream-name.schema.json"
        },
        "status": {
          "type": "string",
          "description": "As streamInfo has it.",
          "enum": [
            "open",
            "copying",
            "sealed"
          ]
        },
        "last": {
          "$ref": "../event-id.schema.json"
        },
        "discarded_up_to": {
          "$ref": "../event-id.schema.json"
        },
        "served": {
          "type": "boolean",
          "description": "This node serves it."
        }
      },
      "required": [
        "stream",
        "status",
        "last",
        "discarded_up_to",
        "served"
      ],
      "additionalProperties": false
    }
  },
  "methods/onEvents.params": {
    "$id": "https://aftercommit.dev/schema/methods/onEvents.params.schema.json",
    "title": "OnEventsParams",
    "description": "From server to client: every wanted event with after < id <= up_to. A gap in seq means events were skipped (LIVE only).",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "seq": {
        "type": "integer",
        "description": "Number of the batch on this subscription, from 0.",
        "minimum": 0
      },
      "events": {
        "type": "array",
        "items": {
          "$ref": "../event.schema.json"
        }
      },
      "after": {
        "$ref": "../event-id.schema.json"
      },
      "up_to": {
        "$ref": "../event-id.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "sealed": {
        "type": "boolean",
        "const": true,
        "description": "The stream is sealed, and up_to is its end: nothing follows unless it is unsealed. Absent otherwise."
      },
      "parked": {
        "type": "boolean",
        "const": true,
        "description": "One event that was parked, given once more by itself: it lies before the range, which is empty. Absent otherwise."
      }
    },
    "required": [
      "component",
      "stream",
      "seq",
      "events",
      "after",
      "up_to",
      "epoch"
    ],
    "additionalProperties": false
  },
  "methods/onEvents.result": {
    "$id": "https://aftercommit.dev/schema/methods/onEvents.result.schema.json",
    "title": "OnEventsResult",
    "description": "true = acknowledged.",
    "type": "boolean"
  },
  "methods/pauseCopy.params": {
    "$id": "https://aftercommit.dev/schema/methods/pauseCopy.params.schema.json",
    "title": "PauseCopyParams",
    "type": "object",
    "properties": {
      "name": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_.-]{1,50}$"
      },
      "to": {
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "description": "Where it goes, when two copies have the name."
      }
    },
    "required": [
      "name"
    ],
    "additionalProperties": false
  },
  "methods/pauseCopy.result": {
    "$id": "https://aftercommit.dev/schema/methods/pauseCopy.result.schema.json",
    "title": "PauseCopyResult",
    "$ref": "../copy.schema.json"
  },
  "methods/ping.params": {
    "$id": "https://aftercommit.dev/schema/methods/ping.params.schema.json",
    "title": "PingParams",
    "type": "object",
    "properties": {
      "echo": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      }
    },
    "required": [
      "echo"
    ],
    "additionalProperties": false
  },
  "methods/ping.result": {
    "$id": "https://aftercommit.dev/schema/methods/ping.result.schema.json",
    "title": "PingResult",
    "type": "object",
    "properties": {
      "echo": {
        "type": "integer"
      }
    },
    "required": [
      "echo"
    ],
    "additionalProperties": false
  },
  "methods/pollEvents.params": {
    "$id": "https://aftercommit.dev/schema/methods/pollEvents.params.schema.json",
    "title": "PollEventsParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "last_id": {
        "description": "Acknowledges everything up to it; null repeats what is not acknowledged.",
        "oneOf": [
          {
            "type": "null"
          },
          {
            "$ref": "../event-id.schema.json"
          }
        ]
      },
      "want": {
        "$ref": "../want.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "limit": {
        "type": "integer",
        "description": "At most this many events; EVT_BATCH_MAX bounds it.",
        "minimum": 1,
        "maximum": 1000
      },
      "wait_ms": {
        "type": "integer",
        "description": "How long to wait for an event when there is none, in milliseconds.",
        "minimum": 0,
        "maximum": 30000,
        "default": 0
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "methods/pollEvents.result": {
    "$id": "https://aftercommit.dev/schema/methods/pollEvents.result.schema.json",
    "title": "PollEventsResult",
    "description": "Every wanted event with after < id <= up_to.",
    "type": "object",
    "properties": {
      "events": {
        "type": "array",
        "items": {
          "$ref": "../event.schema.json"
        }
      },
      "after": {
        "$ref": "../event-id.schema.json"
      },
      "up_to": {
        "$ref": "../event-id.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "sealed": {
        "type": "boolean",
        "const": true,
        "description": "The stream is sealed, and up_to is its end: nothing follows unless it is unsealed. Absent otherwise."
      }
    },
    "required": [
      "events",
      "after",
      "up_to",
      "epoch"
    ],
    "additionalProperties": false
  },
  "methods/readEvents.params": {
    "$id": "https://aftercommit.dev/schema/methods/readEvents.params.schema.json",
    "title": "ReadEventsParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "after": {
        "description": "Events behind it.",
        "$ref": "../event-id.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "limit": {
        "type": "integer",
        "description": "At most this many events.",
        "minimum": 1,
        "maximum": 1000,
        "default": 1000
      }
    },
    "required": [
      "after"
    ],
    "additionalProperties": false
  },
  "methods/readEvents.result": {
    "$id": "https://aftercommit.dev/schema/methods/readEvents.result.schema.json",
    "title": "ReadEventsResult",
    "description": "Every event with after < id <= up_to; without events there are none yet.",
    "type": "object",
    "properties": {
      "events": {
        "type": "array",
        "items": {
          "$ref": "../event.schema.json"
        }
      },
      "after": {
        "$ref": "../event-id.schema.json"
      },
      "up_to": {
        "$ref": "../event-id.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      }
    },
    "required": [
      "events",
      "after",
      "up_to",
      "epoch"
    ],
    "additionalProperties": false
  },
  "methods/readyToReceive.params": {
    "$id": "https://aftercommit.dev/schema/methods/readyToReceive.params.schema.json",
    "title": "ReadyToReceiveParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "want": {
        "$ref": "../want.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "from": {
        "$ref": "../from.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "max_in_flight": {
        "type": "integer",
        "description": "Batches sent and not yet acknowledged; default 1, LIVE 2. EVT_IN_FLIGHT_MAX bounds it.",
        "minimum": 1,
        "maximum": 64
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "methods/readyToReceive.result": {
    "$id": "https://aftercommit.dev/schema/methods/readyToReceive.result.schema.json",
    "title": "ReadyToReceiveResult",
    "type": "boolean",
    "const": true
  },
  "methods/registerConsumer.params": {
    "$id": "https://aftercommit.dev/schema/methods/registerConsumer.params.schema.json",
    "title": "RegisterConsumerParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "from": {
        "$ref": "../from.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "park_after": {
        "$ref": "../park-after.schema.json"
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "methods/registerConsumer.result": {
    "$id": "https://aftercommit.dev/schema/methods/registerConsumer.result.schema.json",
    "title": "RegisterConsumerResult",
    "description": "Registering again changes nothing.",
    "type": "boolean",
    "const": true
  },
  "methods/releaseArchive.params": {
    "$id": "https://aftercommit.dev/schema/methods/releaseArchive.params.schema.json",
    "title": "ReleaseArchiveParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "token": {
        "type": "string",
        "description": "Of takeArchive; a later one makes it void.",
        "pattern": "^[1-9][0-9]{0,17}$"
      }
    },
    "required": [
      "token"
    ],
    "additionalProperties": false
  },
  "methods/releaseArchive.result": {
    "$id": "https://aftercommit.dev/schema/methods/releaseArchive.result.schema.json",
    "title": "ReleaseArchiveResult",
    "type": "boolean",
    "const": true
  },
  "methods/removeCredential.params": {
    "$id": "https://aftercommit.dev/schema/methods/removeCredential.params.schema.json",
    "title": "RemoveCredentialParams",
    "type": "object",
    "properties": {
      "name": {
        "type": "string",
        "pattern": "^(?!local$|internal$)[A-Za-z0-9_.-]{1,64}$"
      }
    },
    "required": [
      "name"
    ],
    "additionalProperties": false
  },
  "methods/removeCredential.result": {
    "$id": "https://aftercommit.dev/schema/methods/removeCredential.result.schema.json",
    "title": "RemoveCredentialResult",
    "type": "object",
    "properties": {
      "name": {
        "type": "string"
      },
      "removed": {
        "type": "boolean",
        "description": "False: there was no such principal."
      }
    },
    "required": [
      "name",
      "removed"
    ],
    "additionalProperties": false
  },
  "methods/reportFailure.params": {
    "$id": "https://aftercommit.dev/schema/methods/reportFailure.params.schema.json",
    "title": "ReportFailureParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "after": {
        "$ref": "../event-id.schema.json"
      },
      "up_to": {
        "$ref": "../event-id.schema.json"
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "event_id": {
        "description": "The event of the batch when it had one; null or left out: it had more, or none.",
        "oneOf": [
          {
            "type": "null"
          },
          {
            "$ref": "../event-id.schema.json"
          }
        ]
      },
      "error": {
        "type": "string",
        "description": "Why, in the consumer's words; 1000 characters of it are kept.",
        "maxLength": 10000
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      }
    },
    "required": [
      "component",
      "after",
      "up_to"
    ],
    "additionalProperties": false
  },
  "methods/reportFailure.result": {
    "$id": "https://aftercommit.dev/schema/methods/reportFailure.result.schema.json",
    "title": "ReportFailureResult",
    "description": "How to go on.",
    "type": "object",
    "properties": {
      "retry_after_ms": {
        "type": "integer",
        "description": "How long to wait before the next poll.",
        "minimum": 0
      },
      "alone_up_to": {
        "description": "Up to it poll with limit 1, since one of the events before it cannot be handled; null: as ever.",
        "oneOf": [
          {
            "type": "null"
          },
          {
            "$ref": "../event-id.schema.json"
          }
        ]
      },
      "go_on_at": {
        "description": "Where the consumer stands now when that is not where it stood: the event was parked, or another reader has acknowledged it. The next last_id.",
        "oneOf": [
          {
            "type": "null"
          },
          {
            "$ref": "../event-id.schema.json"
          }
        ]
      }
    },
    "required": [
      "retry_after_ms",
      "alone_up_to",
      "go_on_at"
    ],
    "additionalProperties": false
  },
  "methods/resumeCopy.params": {
    "$id": "https://aftercommit.dev/schema/methods/resumeCopy.params.schema.json",
    "title": "ResumeCopyParams",
    "type": "object",
    "properties": {
      "name": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_.-]{1,50}$"
      },
      "to": {
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "description": "Where it goes, when two copies have the name."
      }
    },
    "required": [
      "name"
    ],
    "additionalProperties": false
  },
  "methods/resumeCopy.result": {
    "$id": "https://aftercommit.dev/schema/methods/resumeCopy.result.schema.json",
    "title": "ResumeCopyResult",
    "$ref": "../copy.schema.json"
  },
  "methods/retryParked.params": {
    "$id": "https://aftercommit.dev/schema/methods/retryParked.params.schema.json",
    "title": "RetryParkedParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "ids": {
        "description": "Which of them; null: all.",
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "array",
            "items": {
              "$ref": "../event-id.schema.json"
            },
            "minItems": 1,
            "maxItems": 1000,
            "uniqueItems": true
          }
        ]
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "principal": {
        "type": "string",
        "description": "Whose consumer; another's needs the right admin. Default: the caller.",
        "pattern": "^[A-Za-z0-9_.-]{1,64}$"
      }
    },
    "required": [
      "component",
      "ids"
    ],
    "additionalProperties": false
  },
  "methods/retryParked.result": {
    "$id": "https://aftercommit.dev/schema/methods/retryParked.result.schema.json",
    "title": "RetryParkedResult",
    "type": "object",
    "properties": {
      "asked_for": {
        "type": "integer",
        "description": "How many are given to the consumer once more.",
        "minimum": 0
      }
    },
    "required": [
      "asked_for"
    ],
    "additionalProperties": false
  },
  "methods/rpc.discover.params": {
    "$id": "https://aftercommit.dev/schema/methods/rpc.discover.params.schema.json",
    "title": "RpcDiscoverParams",
    "type": "object",
    "additionalProperties": false
  },
  "methods/rpc.discover.result": {
    "$id": "https://aftercommit.dev/schema/methods/rpc.discover.result.schema.json",
    "title": "RpcDiscoverResult",
    "description": "The OpenRPC document of this service.",
    "type": "object"
  },
  "methods/sealStream.params": {
    "$id": "https://aftercommit.dev/schema/methods/sealStream.params.schema.json",
    "title": "SealStreamParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "wait_ms": {
        "type": "integer",
        "description": "How long to wait for transactions of others, in milliseconds; then it is StreamInUse.",
        "minimum": 0,
        "maximum": 30000,
        "default": 10000
      }
    },
    "additionalProperties": false
  },
  "methods/sealStream.result": {
    "$id": "https://aftercommit.dev/schema/methods/sealStream.result.schema.json",
    "title": "SealStreamResult",
    "description": "last: the newest event.",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "status": {
        "type": "string",
        "enum": [
          "open",
          "copying",
          "sealed"
        ]
      },
      "last": {
        "$ref": "../event-id.schema.json"
      }
    },
    "required": [
      "stream",
      "status",
      "last"
    ],
    "additionalProperties": false
  },
  "methods/startCopy.params": {
    "$id": "https://aftercommit.dev/schema/methods/startCopy.params.schema.json",
    "title": "StartCopyParams",
    "type": "object",
    "properties": {
      "from": {
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "description": "Where the events come from: active#stream, warehouse#stream, or a plain name of files below exportDir."
      },
      "to": {
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "description": "Where they go, in the same way."
      },
      "name": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_.-]{1,50}$",
        "description": "Its name where it goes. Default: made of both streams' names."
      },
      "after": {
        "$ref": "../event-id.schema.json"
      },
      "up_to": {
        "$ref": "../event-id.schema.json"
      },
      "since": {
        "type": "string",
        "description": "Only events with a ts at or after this time."
      },
      "until": {
        "type": "string",
        "description": "Only events with a ts before this time."
      },
      "types": {
        "$ref": "../want.schema.json"
      },
      "ids": {
        "enum": [
          "preserve",
          "reassign"
        ],
        "description": "The same ids, or new ones. Default: preserve, and reassign with append."
      },
      "append": {
        "type": "boolean",
        "default": false,
        "description": "Go on behind the events that are there."
      },
      "seal": {
        "type": "boolean",
        "description": "With append: the stream takes no events any more when the copy is done. Default: true."
      },
      "follow": {
        "type": "boolean",
        "default": false,
        "description": "Go on with what comes, until the source is sealed or a limit is reached."
      },
      "idle_ms": {
        "type": "integer",
        "minimum": 1,
        "description": "With follow: end when nothing came for so long."
      },
      "max_events": {
        "type": "integer",
        "minimum": 1,
        "description": "End after so many events."
      },
      "max_ms": {
        "type": "integer",
        "minimum": 1,
        "description": "Pause after so long; with follow: end."
      }
    },
    "required": [
      "from",
      "to"
    ],
    "additionalProperties": false
  },
  "methods/startCopy.result": {
    "$id": "https://aftercommit.dev/schema/methods/startCopy.result.schema.json",
    "title": "StartCopyResult",
    "$ref": "../copy.schema.json"
  },
  "methods/streamInfo.params": {
    "$id": "https://aftercommit.dev/schema/methods/streamInfo.params.schema.json",
    "title": "StreamInfoParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      }
    },
    "additionalProperties": false
  },
  "methods/streamInfo.result": {
    "$id": "https://aftercommit.dev/schema/methods/streamInfo.result.schema.json",
    "title": "StreamInfoResult",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "first": {
        "$ref": "../event-id.schema.json"
      },
      "last": {
        "$ref": "../event-id.schema.json"
      },
      "discarded_up_to": {
        "$ref": "../event-id.schema.json"
      },
      "readable_after": {
        "$ref": "../event-id.schema.json"
      },
      "gaps_up_to": {
        "$ref": "../event-id.schema.json"
      },
      "inbox": {
        "type": "integer",
        "description": "Rows that wait for their place in the order.",
        "minimum": 0
      },
      "status": {
        "type": "string",
        "description": "open: it takes events; copying: another stream is copied into it, and until that is over nobody adds or reads; sealed: it takes no more events.",
        "enum": [
          "open",
          "copying",
          "sealed"
        ]
      },
      "epoch": {
        "$ref": "../epoch.schema.json"
      },
      "forks": {
        "type": "array",
        "description": "Where each epoch but the first began: ids up to began_after stand for the same events in it and in the one before.",
        "items": {
          "type": "object",
          "properties": {
            "epoch": {
              "$ref": "../epoch.schema.json"
            },
            "began_after": {
              "$ref": "../event-id.schema.json"
            }
          },
          "required": [
            "epoch",
            "began_after"
          ],
          "additionalProperties": false
        }
      }
    },
    "required": [
      "stream",
      "first",
      "last",
      "discarded_up_to",
      "readable_after",
      "gaps_up_to",
      "inbox",
      "status",
      "epoch",
      "forks"
    ],
    "additionalProperties": false,
    "description": "first: the oldest event that is still in the active database; last: the newest; discarded_up_to: what was discarded ends there; readable_after: readers may begin behind any id from it on, the rest of what was discarded is in no archive that this node reads; gaps_up_to: ids up to it were adopted from another system, and not each of them need be there; \"0\" = none."
  },
  "methods/takeArchive.params": {
    "$id": "https://aftercommit.dev/schema/methods/takeArchive.params.schema.json",
    "title": "TakeArchiveParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "node": {
        "type": "string",
        "description": "This archiver, as no other is called: what it holds itself it may take again.",
        "pattern": "^[A-Za-z0-9_.:-]{1,64}$"
      },
      "lease_ms": {
        "type": "integer",
        "description": "How long nobody else can be the one at work unless it is prolonged, in milliseconds.",
        "minimum": 1000,
        "maximum": 60000
      }
    },
    "required": [
      "node",
      "lease_ms"
    ],
    "additionalProperties": false
  },
  "methods/takeArchive.result": {
    "$id": "https://aftercommit.dev/schema/methods/takeArchive.result.schema.json",
    "title": "TakeArchiveResult",
    "description": "null while another archiver is the one at work. cursor: up to where the archive is known to be complete.",
    "oneOf": [
      {
        "type": "null"
      },
      {
        "title": "TakenArchive",
        "type": "object",
        "properties": {
          "token": {
            "type": "string",
            "description": "Of takeArchive; a later one makes it void.",
            "pattern": "^[1-9][0-9]{0,17}$"
          },
          "cursor": {
            "$ref": "../event-id.schema.json"
          }
        },
        "required": [
          "token",
          "cursor"
        ],
        "additionalProperties": false
      }
    ]
  },
  "methods/unregisterConsumer.params": {
    "$id": "https://aftercommit.dev/schema/methods/unregisterConsumer.params.schema.json",
    "title": "UnregisterConsumerParams",
    "type": "object",
    "properties": {
      "component": {
        "$ref": "../component.schema.json"
      },
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "principal": {
        "type": [
          "string",
          "null"
        ],
        "description": "Whose consumer; another's needs the right admin, and so does null: a sink of an application. Default: the caller.",
        "pattern": "^[A-Za-z0-9_.-]{1,64}$"
      },
      "drop_parked": {
        "type": "boolean",
        "description": "Its parked events may be lost with it.",
        "default": false
      },
      "dry_run": {
        "type": "boolean",
        "default": false
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "methods/unregisterConsumer.result": {
    "$id": "https://aftercommit.dev/schema/methods/unregisterConsumer.result.schema.json",
    "title": "UnregisterConsumerResult",
    "description": "What it did, or with dry_run would do; cursor: the last event that the consumer had acknowledged.",
    "type": "object",
    "properties": {
      "unregistered": {
        "type": "boolean",
        "description": "False with dry_run."
      },
      "cursor": {
        "$ref": "../event-id.schema.json"
      },
      "lag": {
        "type": "integer",
        "description": "Events that it had not acknowledged.",
        "minimum": 0
      },
      "parked": {
        "type": "integer",
        "description": "Parked events that it had; they are gone with it.",
        "minimum": 0
      }
    },
    "required": [
      "unregistered",
      "cursor",
      "lag",
      "parked"
    ],
    "additionalProperties": false
  },
  "methods/unsealStream.params": {
    "$id": "https://aftercommit.dev/schema/methods/unsealStream.params.schema.json",
    "title": "UnsealStreamParams",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "wait_ms": {
        "type": "integer",
        "description": "How long to wait for transactions of others, in milliseconds; then it is StreamInUse.",
        "minimum": 0,
        "maximum": 30000,
        "default": 10000
      }
    },
    "additionalProperties": false
  },
  "methods/unsealStream.result": {
    "$id": "https://aftercommit.dev/schema/methods/unsealStream.result.schema.json",
    "title": "UnsealStreamResult",
    "description": "last: the newest event.",
    "type": "object",
    "properties": {
      "stream": {
        "$ref": "../stream-name.schema.json"
      },
      "status": {
        "type": "string",
        "enum": [
          "open",
          "copying",
          "sealed"
        ]
      },
      "last": {
        "$ref": "../event-id.schema.json"
      }
    },
    "required": [
      "stream",
      "status",
      "last"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.gen.ping": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.gen.ping.schema.json",
    "type": "object",
    "properties": {
      "echo": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      }
    },
    "required": [
      "echo"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.gen.addEvent": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.gen.addEvent.schema.json",
    "type": "object",
    "properties": {
      "type": {
        "type": "string",
        "pattern": "^[A-Z_]{1,16}$"
      },
      "data": {}
    },
    "required": [
      "type",
      "data"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.poll.ping": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.poll.ping.schema.json",
    "type": "object",
    "properties": {
      "echo": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      }
    },
    "required": [
      "echo"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.poll.registerConsumer": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.poll.registerConsumer.schema.json",
    "type": "object",
    "properties": {
      "component": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_]{1,16}$"
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.poll.pollEvents": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.poll.pollEvents.schema.json",
    "type": "object",
    "properties": {
      "component": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_]{1,16}$"
      },
      "last_id": {
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "string",
            "pattern": "^[1-9][0-9]{0,17}$"
          }
        ]
      },
      "want": {
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "array",
            "items": {
              "type": "string",
              "pattern": "^[A-Z_]{1,16}$"
            },
            "minItems": 1,
            "maxItems": 1000
          }
        ]
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.push.ping": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.push.ping.schema.json",
    "type": "object",
    "properties": {
      "echo": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      }
    },
    "required": [
      "echo"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.push.registerConsumer": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.push.registerConsumer.schema.json",
    "type": "object",
    "properties": {
      "component": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_]{1,16}$"
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.push.pollEvents": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.push.pollEvents.schema.json",
    "type": "object",
    "properties": {
      "component": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_]{1,16}$"
      },
      "last_id": {
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "string",
            "pattern": "^[1-9][0-9]{0,17}$"
          }
        ]
      },
      "want": {
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "array",
            "items": {
              "type": "string",
              "pattern": "^[A-Z_]{1,16}$"
            },
            "minItems": 1,
            "maxItems": 1000
          }
        ]
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.push.readyToReceive": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.push.readyToReceive.schema.json",
    "type": "object",
    "properties": {
      "component": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_]{1,16}$"
      },
      "want": {
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "array",
            "items": {
              "type": "string",
              "pattern": "^[A-Z_]{1,16}$"
            },
            "minItems": 1,
            "maxItems": 1000
          }
        ]
      }
    },
    "required": [
      "component"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.evt.receiver.onEvents": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.evt.receiver.onEvents.schema.json",
    "type": "object",
    "properties": {
      "seq": {
        "type": "integer",
        "minimum": 0
      },
      "events": {
        "type": "array",
        "items": {
          "type": "object",
          "properties": {
            "id": {
              "type": "string",
              "pattern": "^[1-9][0-9]{0,17}$"
            },
            "type": {
              "type": "string",
              "pattern": "^[A-Z_]{1,16}$"
            },
            "data": {},
            "ts": {
              "type": "string",
              "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
            }
          },
          "required": [
            "id",
            "type",
            "data",
            "ts"
          ],
          "additionalProperties": false
        },
        "maxItems": 1000
      }
    },
    "required": [
      "seq",
      "events"
    ],
    "additionalProperties": false
  },
  "futoin/futoin.ping.ping": {
    "$id": "https://aftercommit.dev/schema/futoin/futoin.ping.ping.schema.json",
    "type": "object",
    "properties": {
      "echo": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      }
    },
    "required": [
      "echo"
    ],
    "additionalProperties": false
  }
} as const;
