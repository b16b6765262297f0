// Generated from specs/ by `npm run gen`; do not edit.

export const openrpc = {
  "openrpc": "1.3.2",
  "info": {
    "title": "Aftercommit",
    "version": "0.1.0",
    "description": "Reliable events from your SQL database.",
    "license": {
      "name": "Apache-2.0"
    }
  },
  "methods": [
    {
      "name": "addEvent",
      "summary": "Append one event to a stream; the id is given once the event is committed.",
      "x-scope": "generate",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "type",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/event-type"
          }
        },
        {
          "name": "data",
          "required": false,
          "schema": {
            "description": "Any JSON value; left out, it is null.",
            "default": null
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "idempotency_key",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/idempotency-key"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "AddEventResult",
          "$ref": "#/components/schemas/event-id"
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/DefenseRejected"
        },
        {
          "$ref": "#/components/errors/PayloadTooLarge"
        },
        {
          "$ref": "#/components/errors/IdempotencyConflict"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StreamBusy"
        },
        {
          "$ref": "#/components/errors/StreamSealed"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/ShuttingDown"
        }
      ]
    },
    {
      "name": "addEvents",
      "summary": "Append several events, together or not at all, with contiguous ids.",
      "x-scope": "generate",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "events",
          "required": true,
          "schema": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/draft"
            },
            "minItems": 1,
            "maxItems": 1000
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "idempotency_key",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/idempotency-key"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "AddEventsResult",
          "description": "The ids are contiguous.",
          "type": "object",
          "properties": {
            "first": {
              "$ref": "#/components/schemas/event-id"
            },
            "last": {
              "$ref": "#/components/schemas/event-id"
            }
          },
          "required": [
            "first",
            "last"
          ],
          "additionalProperties": false
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/DefenseRejected"
        },
        {
          "$ref": "#/components/errors/PayloadTooLarge"
        },
        {
          "$ref": "#/components/errors/IdempotencyConflict"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StreamBusy"
        },
        {
          "$ref": "#/components/errors/StreamSealed"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/ShuttingDown"
        }
      ]
    },
    {
      "name": "registerConsumer",
      "summary": "Register a component of the caller as a consumer; from then on nothing is discarded before it has acknowledged it.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "from",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/from"
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "park_after",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/park-after"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "RegisterConsumerResult",
          "description": "Registering again changes nothing.",
          "type": "boolean",
          "const": true
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/LiveNotAllowed"
        },
        {
          "$ref": "#/components/errors/CursorAhead"
        },
        {
          "$ref": "#/components/errors/CursorTooOld"
        },
        {
          "$ref": "#/components/errors/HistoryForked"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        }
      ]
    },
    {
      "name": "unregisterConsumer",
      "summary": "Forget a consumer: it holds nothing back any more.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "principal",
          "required": false,
          "schema": {
            "type": [
              "string",
              "null"
            ],
            "description": "Whose consumer; another's needs the right admin, and so does null: a sink of an application. Default: the caller.",
            "pattern": "^[A-Za-z0-9_.-]{1,64}$"
          }
        },
        {
          "name": "drop_parked",
          "required": false,
          "schema": {
            "type": "boolean",
            "description": "Its parked events may be lost with it.",
            "default": false
          }
        },
        {
          "name": "dry_run",
          "required": false,
          "schema": {
            "type": "boolean",
            "default": false
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "UnregisterConsumerResult",
          "description": "What it did, or with dry_run would do; cursor: the last event that the consumer had acknowledged.",
          "type": "object",
          "properties": {
            "unregistered": {
              "type": "boolean",
              "description": "False with dry_run."
            },
            "cursor": {
              "$ref": "#/components/schemas/event-id"
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/ConsumerBusy"
        },
        {
          "$ref": "#/components/errors/EventsParked"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        }
      ]
    },
    {
      "name": "changeConsumer",
      "summary": "Change after how many failed tries an event is parked for a consumer.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "park_after",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/park-after"
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "principal",
          "required": false,
          "schema": {
            "type": "string",
            "description": "Whose consumer; another's needs the right admin. Default: the caller.",
            "pattern": "^[A-Za-z0-9_.-]{1,64}$"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "ChangeConsumerResult",
          "description": "It counts from the next failure on.",
          "type": "boolean",
          "const": true
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "reportFailure",
      "summary": "Say that a batch that was polled could not be handled, and be told how to go on.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "after",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "up_to",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "event_id",
          "required": false,
          "schema": {
            "description": "The event of the batch when it had one; null or left out: it had more, or none.",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/event-id"
              }
            ]
          }
        },
        {
          "name": "error",
          "required": false,
          "schema": {
            "type": "string",
            "description": "Why, in the consumer's words; 1000 characters of it are kept.",
            "maxLength": 10000
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
                  "$ref": "#/components/schemas/event-id"
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
                  "$ref": "#/components/schemas/event-id"
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/CursorAhead"
        },
        {
          "$ref": "#/components/errors/HistoryForked"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "listParked",
      "summary": "The events that were parked for a consumer, with their errors.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "after",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/parked-position"
          }
        },
        {
          "name": "limit",
          "required": false,
          "schema": {
            "type": "integer",
            "description": "At most this many.",
            "minimum": 1,
            "maximum": 100,
            "default": 100
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "principal",
          "required": false,
          "schema": {
            "type": "string",
            "description": "Whose consumer; another's needs the right admin. Default: the caller.",
            "pattern": "^[A-Za-z0-9_.-]{1,64}$"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
                    "$ref": "#/components/schemas/event-id"
                  },
                  "type": {
                    "$ref": "#/components/schemas/event-type"
                  },
                  "data": {
                    "description": "As its writer wrote it."
                  },
                  "ts": {
                    "$ref": "#/components/schemas/event-ts"
                  },
                  "epoch": {
                    "$ref": "#/components/schemas/epoch"
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
                    "$ref": "#/components/schemas/event-ts"
                  },
                  "parked_at": {
                    "$ref": "#/components/schemas/event-ts"
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
            "next": {
              "description": "`after` of the next page; null when there is none.",
              "oneOf": [
                {
                  "type": "null"
                },
                {
                  "$ref": "#/components/schemas/parked-position"
                }
              ]
            }
          },
          "required": [
            "events",
            "next"
          ],
          "additionalProperties": false
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "retryParked",
      "summary": "Give parked events to their consumer once more, each by itself; acknowledged, it is parked no more.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "ids",
          "required": true,
          "schema": {
            "description": "Which of them; null: all.",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "array",
                "items": {
                  "$ref": "#/components/schemas/event-id"
                },
                "minItems": 1,
                "maxItems": 1000,
                "uniqueItems": true
              }
            ]
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "principal",
          "required": false,
          "schema": {
            "type": "string",
            "description": "Whose consumer; another's needs the right admin. Default: the caller.",
            "pattern": "^[A-Za-z0-9_.-]{1,64}$"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "dropParked",
      "summary": "Forget parked events for good.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "ids",
          "required": true,
          "schema": {
            "description": "Which of them; null: all.",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "type": "array",
                "items": {
                  "$ref": "#/components/schemas/event-id"
                },
                "minItems": 1,
                "maxItems": 1000,
                "uniqueItems": true
              }
            ]
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "principal",
          "required": false,
          "schema": {
            "type": "string",
            "description": "Whose consumer; another's needs the right admin. Default: the caller.",
            "pattern": "^[A-Za-z0-9_.-]{1,64}$"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "pollEvents",
      "summary": "Acknowledge up to last_id and read what follows, waiting for it if asked to.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "last_id",
          "required": false,
          "schema": {
            "description": "Acknowledges everything up to it; null repeats what is not acknowledged.",
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/event-id"
              }
            ]
          }
        },
        {
          "name": "want",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/want"
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "limit",
          "required": false,
          "schema": {
            "type": "integer",
            "description": "At most this many events; EVT_BATCH_MAX bounds it.",
            "minimum": 1,
            "maximum": 1000
          }
        },
        {
          "name": "wait_ms",
          "required": false,
          "schema": {
            "type": "integer",
            "description": "How long to wait for an event when there is none, in milliseconds.",
            "minimum": 0,
            "maximum": 30000,
            "default": 0
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "PollEventsResult",
          "description": "Every wanted event with after < id <= up_to.",
          "type": "object",
          "properties": {
            "events": {
              "type": "array",
              "items": {
                "$ref": "#/components/schemas/event"
              }
            },
            "after": {
              "$ref": "#/components/schemas/event-id"
            },
            "up_to": {
              "$ref": "#/components/schemas/event-id"
            },
            "epoch": {
              "$ref": "#/components/schemas/epoch"
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/DefenseRejected"
        },
        {
          "$ref": "#/components/errors/CursorAhead"
        },
        {
          "$ref": "#/components/errors/CursorTooOld"
        },
        {
          "$ref": "#/components/errors/HistoryForked"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StreamBusy"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/ShuttingDown"
        }
      ]
    },
    {
      "name": "readyToReceive",
      "summary": "Subscribe this socket: the server calls onEvents, for a registered component from its cursor, for LIVE from now on.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "want",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/want"
          }
        },
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "from",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/from"
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "max_in_flight",
          "required": false,
          "schema": {
            "type": "integer",
            "description": "Batches sent and not yet acknowledged; default 1, LIVE 2. EVT_IN_FLIGHT_MAX bounds it.",
            "minimum": 1,
            "maximum": 64
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "ReadyToReceiveResult",
          "type": "boolean",
          "const": true
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/NotRegistered"
        },
        {
          "$ref": "#/components/errors/PushNeedsSocket"
        },
        {
          "$ref": "#/components/errors/ConsumerBusy"
        },
        {
          "$ref": "#/components/errors/DefenseRejected"
        },
        {
          "$ref": "#/components/errors/CursorAhead"
        },
        {
          "$ref": "#/components/errors/CursorTooOld"
        },
        {
          "$ref": "#/components/errors/HistoryForked"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StreamBusy"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/ShuttingDown"
        }
      ]
    },
    {
      "name": "onEvents",
      "summary": "Server to client: a batch of events; the answer true acknowledges it.",
      "x-direction": "server-to-client",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "component",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/component"
          }
        },
        {
          "name": "stream",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "seq",
          "required": true,
          "schema": {
            "type": "integer",
            "description": "Number of the batch on this subscription, from 0.",
            "minimum": 0
          }
        },
        {
          "name": "events",
          "required": true,
          "schema": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/event"
            }
          }
        },
        {
          "name": "after",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "up_to",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "epoch",
          "required": true,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "sealed",
          "required": false,
          "schema": {
            "type": "boolean",
            "const": true,
            "description": "The stream is sealed, and up_to is its end: nothing follows unless it is unsealed. Absent otherwise."
          }
        },
        {
          "name": "parked",
          "required": false,
          "schema": {
            "type": "boolean",
            "const": true,
            "description": "One event that was parked, given once more by itself: it lies before the range, which is empty. Absent otherwise."
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "OnEventsResult",
          "description": "true = acknowledged.",
          "type": "boolean"
        }
      },
      "errors": []
    },
    {
      "name": "listConsumers",
      "summary": "The consumers of a stream with cursor and lag.",
      "x-scope": "consume",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
                "$ref": "#/components/schemas/event-id"
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
                    "$ref": "#/components/schemas/event-ts"
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
                            "$ref": "#/components/schemas/event-id"
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
                        "$ref": "#/components/schemas/event-ts"
                      },
                      "tried_at": {
                        "$ref": "#/components/schemas/event-ts"
                      },
                      "next_try_at": {
                        "$ref": "#/components/schemas/event-ts"
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "streamInfo",
      "summary": "What a stream holds.",
      "x-scope": "any",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "StreamInfoResult",
          "type": "object",
          "properties": {
            "stream": {
              "$ref": "#/components/schemas/stream-name"
            },
            "first": {
              "$ref": "#/components/schemas/event-id"
            },
            "last": {
              "$ref": "#/components/schemas/event-id"
            },
            "discarded_up_to": {
              "$ref": "#/components/schemas/event-id"
            },
            "readable_after": {
              "$ref": "#/components/schemas/event-id"
            },
            "gaps_up_to": {
              "$ref": "#/components/schemas/event-id"
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
              "$ref": "#/components/schemas/epoch"
            },
            "forks": {
              "type": "array",
              "description": "Where each epoch but the first began: ids up to began_after stand for the same events in it and in the one before.",
              "items": {
                "type": "object",
                "properties": {
                  "epoch": {
                    "$ref": "#/components/schemas/epoch"
                  },
                  "began_after": {
                    "$ref": "#/components/schemas/event-id"
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "listStreams",
      "summary": "The streams of the database, with status and newest event.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [],
      "result": {
        "name": "result",
        "schema": {
          "title": "ListStreamsResult",
          "description": "Every stream of the database, by name.",
          "type": "array",
          "items": {
            "title": "StreamFacts",
            "description": "What stands in a stream's row.",
            "type": "object",
            "properties": {
              "stream": {
                "$ref": "#/components/schemas/stream-name"
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
                "$ref": "#/components/schemas/event-id"
              },
              "discarded_up_to": {
                "$ref": "#/components/schemas/event-id"
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "sealStream",
      "summary": "Take no more events, neither by calls nor by SQL; every event that was committed before has its id then. Open transactions are waited for.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "wait_ms",
          "required": false,
          "schema": {
            "type": "integer",
            "description": "How long to wait for transactions of others, in milliseconds; then it is StreamInUse.",
            "minimum": 0,
            "maximum": 30000,
            "default": 10000
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "SealStreamResult",
          "description": "last: the newest event.",
          "type": "object",
          "properties": {
            "stream": {
              "$ref": "#/components/schemas/stream-name"
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
              "$ref": "#/components/schemas/event-id"
            }
          },
          "required": [
            "stream",
            "status",
            "last"
          ],
          "additionalProperties": false
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StreamBusy"
        },
        {
          "$ref": "#/components/errors/StreamInUse"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        }
      ]
    },
    {
      "name": "unsealStream",
      "summary": "Take events again.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "wait_ms",
          "required": false,
          "schema": {
            "type": "integer",
            "description": "How long to wait for transactions of others, in milliseconds; then it is StreamInUse.",
            "minimum": 0,
            "maximum": 30000,
            "default": 10000
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "UnsealStreamResult",
          "description": "last: the newest event.",
          "type": "object",
          "properties": {
            "stream": {
              "$ref": "#/components/schemas/stream-name"
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
              "$ref": "#/components/schemas/event-id"
            }
          },
          "required": [
            "stream",
            "status",
            "last"
          ],
          "additionalProperties": false
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StreamBusy"
        },
        {
          "$ref": "#/components/errors/StreamInUse"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        }
      ]
    },
    {
      "name": "hint",
      "summary": "Something was committed by SQL: this node looks at once instead of when it would. It may be wrong, or not be sent.",
      "x-scope": "generate",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "HintResult",
          "type": "boolean",
          "const": true
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        }
      ]
    },
    {
      "name": "startCopy",
      "summary": "Copy events between streams of this node's databases, and files: in the background, each event once. The same again goes on, and changes nothing when the copy is done.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "from",
          "required": true,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "Where the events come from: active#stream, warehouse#stream, or a plain name of files below exportDir."
          }
        },
        {
          "name": "to",
          "required": true,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "Where they go, in the same way."
          }
        },
        {
          "name": "name",
          "required": false,
          "schema": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,50}$",
            "description": "Its name where it goes. Default: made of both streams' names."
          }
        },
        {
          "name": "after",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "up_to",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "since",
          "required": false,
          "schema": {
            "type": "string",
            "description": "Only events with a ts at or after this time."
          }
        },
        {
          "name": "until",
          "required": false,
          "schema": {
            "type": "string",
            "description": "Only events with a ts before this time."
          }
        },
        {
          "name": "types",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/want"
          }
        },
        {
          "name": "ids",
          "required": false,
          "schema": {
            "enum": [
              "preserve",
              "reassign"
            ],
            "description": "The same ids, or new ones. Default: preserve, and reassign with append."
          }
        },
        {
          "name": "append",
          "required": false,
          "schema": {
            "type": "boolean",
            "default": false,
            "description": "Go on behind the events that are there."
          }
        },
        {
          "name": "seal",
          "required": false,
          "schema": {
            "type": "boolean",
            "description": "With append: the stream takes no events any more when the copy is done. Default: true."
          }
        },
        {
          "name": "follow",
          "required": false,
          "schema": {
            "type": "boolean",
            "default": false,
            "description": "Go on with what comes, until the source is sealed or a limit is reached."
          }
        },
        {
          "name": "idle_ms",
          "required": false,
          "schema": {
            "type": "integer",
            "minimum": 1,
            "description": "With follow: end when nothing came for so long."
          }
        },
        {
          "name": "max_events",
          "required": false,
          "schema": {
            "type": "integer",
            "minimum": 1,
            "description": "End after so many events."
          }
        },
        {
          "name": "max_ms",
          "required": false,
          "schema": {
            "type": "integer",
            "minimum": 1,
            "description": "Pause after so long; with follow: end."
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "StartCopyResult",
          "$ref": "#/components/schemas/copy"
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/DestinationExists"
        },
        {
          "$ref": "#/components/errors/DestinationMismatch"
        },
        {
          "$ref": "#/components/errors/SourceTruncated"
        },
        {
          "$ref": "#/components/errors/CopyConflict"
        },
        {
          "$ref": "#/components/errors/CopyFinished"
        },
        {
          "$ref": "#/components/errors/SegmentCorrupt"
        },
        {
          "$ref": "#/components/errors/CursorAhead"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/StreamBusy"
        },
        {
          "$ref": "#/components/errors/StreamSealed"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "listCopies",
      "summary": "The copies into this node's databases, and into files below its exportDir.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [],
      "result": {
        "name": "result",
        "schema": {
          "title": "ListCopiesResult",
          "type": "array",
          "items": {
            "$ref": "#/components/schemas/copy"
          }
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "copyStatus",
      "summary": "How far a copy is.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "name",
          "required": true,
          "schema": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,50}$"
          }
        },
        {
          "name": "to",
          "required": false,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "Where it goes, when two copies have the name."
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "CopyStatusResult",
          "$ref": "#/components/schemas/copy"
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/CopyNotFound"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "pauseCopy",
      "summary": "End the work on a copy behind the batch at hand; the source keeps what is still to be copied.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "name",
          "required": true,
          "schema": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,50}$"
          }
        },
        {
          "name": "to",
          "required": false,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "Where it goes, when two copies have the name."
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "PauseCopyResult",
          "$ref": "#/components/schemas/copy"
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/CopyNotFound"
        },
        {
          "$ref": "#/components/errors/CopyFinished"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "resumeCopy",
      "summary": "Go on with a copy that was paused or has failed.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "name",
          "required": true,
          "schema": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,50}$"
          }
        },
        {
          "name": "to",
          "required": false,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "Where it goes, when two copies have the name."
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "ResumeCopyResult",
          "$ref": "#/components/schemas/copy"
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/CopyNotFound"
        },
        {
          "$ref": "#/components/errors/CopyFinished"
        },
        {
          "$ref": "#/components/errors/CopyConflict"
        },
        {
          "$ref": "#/components/errors/InvalidRequest"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "cancelCopy",
      "summary": "End a copy for good: what was copied stays, the destination takes events as before.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "name",
          "required": true,
          "schema": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,50}$"
          }
        },
        {
          "name": "to",
          "required": false,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "Where it goes, when two copies have the name."
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "CancelCopyResult",
          "$ref": "#/components/schemas/copy"
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/CopyNotFound"
        },
        {
          "$ref": "#/components/errors/CopyFinished"
        },
        {
          "$ref": "#/components/errors/InvalidRequest"
        },
        {
          "$ref": "#/components/errors/OutcomeUnknown"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "takeArchive",
      "summary": "Become the one archiver at work on a stream; from the first time on nothing is discarded that is not archived.",
      "x-scope": "archive",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "node",
          "required": true,
          "schema": {
            "type": "string",
            "description": "This archiver, as no other is called: what it holds itself it may take again.",
            "pattern": "^[A-Za-z0-9_.:-]{1,64}$"
          }
        },
        {
          "name": "lease_ms",
          "required": true,
          "schema": {
            "type": "integer",
            "description": "How long nobody else can be the one at work unless it is prolonged, in milliseconds.",
            "minimum": 1000,
            "maximum": 60000
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
                  "$ref": "#/components/schemas/event-id"
                }
              },
              "required": [
                "token",
                "cursor"
              ],
              "additionalProperties": false
            }
          ]
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "keepArchive",
      "summary": "Stay the one at work, and say up to where the archive is complete.",
      "x-scope": "archive",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "token",
          "required": true,
          "schema": {
            "type": "string",
            "description": "Of takeArchive; a later one makes it void.",
            "pattern": "^[1-9][0-9]{0,17}$"
          }
        },
        {
          "name": "lease_ms",
          "required": true,
          "schema": {
            "type": "integer",
            "description": "How long nobody else can be the one at work unless it is prolonged, in milliseconds.",
            "minimum": 1000,
            "maximum": 60000
          }
        },
        {
          "name": "cursor",
          "required": false,
          "schema": {
            "description": "The archive is complete up to there; moves forward only.",
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "KeepArchiveResult",
          "description": "False when another archiver is the one at work by now.",
          "type": "boolean"
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/CursorAhead"
        },
        {
          "$ref": "#/components/errors/HistoryForked"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "releaseArchive",
      "summary": "Let another archiver be the one at work.",
      "x-scope": "archive",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "token",
          "required": true,
          "schema": {
            "type": "string",
            "description": "Of takeArchive; a later one makes it void.",
            "pattern": "^[1-9][0-9]{0,17}$"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "ReleaseArchiveResult",
          "type": "boolean",
          "const": true
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "readEvents",
      "summary": "All events behind an id, whoever they are for, without a cursor.",
      "x-scope": "archive",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "stream",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/stream-name"
          }
        },
        {
          "name": "after",
          "required": true,
          "schema": {
            "description": "Events behind it.",
            "$ref": "#/components/schemas/event-id"
          }
        },
        {
          "name": "epoch",
          "required": false,
          "schema": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        {
          "name": "limit",
          "required": false,
          "schema": {
            "type": "integer",
            "description": "At most this many events.",
            "minimum": 1,
            "maximum": 1000,
            "default": 1000
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "title": "ReadEventsResult",
          "description": "Every event with after < id <= up_to; without events there are none yet.",
          "type": "object",
          "properties": {
            "events": {
              "type": "array",
              "items": {
                "$ref": "#/components/schemas/event"
              }
            },
            "after": {
              "$ref": "#/components/schemas/event-id"
            },
            "up_to": {
              "$ref": "#/components/schemas/event-id"
            },
            "epoch": {
              "$ref": "#/components/schemas/epoch"
            }
          },
          "required": [
            "events",
            "after",
            "up_to",
            "epoch"
          ],
          "additionalProperties": false
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/CursorAhead"
        },
        {
          "$ref": "#/components/errors/CursorTooOld"
        },
        {
          "$ref": "#/components/errors/HistoryForked"
        },
        {
          "$ref": "#/components/errors/StreamNotFound"
        },
        {
          "$ref": "#/components/errors/Unauthorized"
        },
        {
          "$ref": "#/components/errors/StoreUnavailable"
        }
      ]
    },
    {
      "name": "addCredential",
      "summary": "Give a principal a key in the credentials file of this node; its other keys stay. The same again changes nothing.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "name",
          "required": true,
          "schema": {
            "type": "string",
            "pattern": "^(?!local$|internal$)[A-Za-z0-9_.-]{1,64}$",
            "description": "Of the principal; one that is there keeps its keys, and has these rights then."
          }
        },
        {
          "name": "may",
          "required": true,
          "schema": {
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
          }
        },
        {
          "name": "key",
          "required": false,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 256,
            "description": "Left out: a new one of 32 random bytes, which is in the answer."
          }
        },
        {
          "name": "kind",
          "required": false,
          "schema": {
            "type": "string",
            "enum": [
              "server",
              "client",
              "public"
            ],
            "default": "server"
          }
        },
        {
          "name": "types",
          "required": false,
          "schema": {
            "type": "array",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "description": "Default: all."
          }
        },
        {
          "name": "streams",
          "required": false,
          "schema": {
            "type": "array",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "description": "Default: all."
          }
        },
        {
          "name": "allowed_origins",
          "required": false,
          "schema": {
            "type": "array",
            "items": {
              "type": "string",
              "minLength": 1
            }
          }
        },
        {
          "name": "public_id",
          "required": false,
          "schema": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,64}$"
          }
        },
        {
          "name": "expires_at",
          "required": false,
          "schema": {
            "type": "string",
            "description": "When the key ends, as 2027-01-31T00:00:00Z."
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/InvalidRequest"
        }
      ]
    },
    {
      "name": "removeCredential",
      "summary": "Take a principal out of the credentials file of this node, with all its keys.",
      "x-scope": "admin",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "name",
          "required": true,
          "schema": {
            "type": "string",
            "pattern": "^(?!local$|internal$)[A-Za-z0-9_.-]{1,64}$"
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
        }
      },
      "errors": [
        {
          "$ref": "#/components/errors/InvalidRequest"
        }
      ]
    },
    {
      "name": "ping",
      "summary": "Answers what it was given.",
      "x-scope": "any",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "echo",
          "required": true,
          "schema": {
            "type": "integer",
            "minimum": -2147483648,
            "maximum": 2147483647
          }
        }
      ],
      "result": {
        "name": "result",
        "schema": {
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
        }
      },
      "errors": []
    },
    {
      "name": "rpc.discover",
      "summary": "This document.",
      "x-scope": "any",
      "paramStructure": "by-name",
      "params": [],
      "result": {
        "name": "result",
        "schema": {
          "title": "RpcDiscoverResult",
          "description": "The OpenRPC document of this service.",
          "type": "object"
        }
      },
      "errors": []
    }
  ],
  "components": {
    "schemas": {
      "component": {
        "title": "Component",
        "description": "The part of a principal that reads on its own. LIVE is reserved for delivery without a cursor.",
        "type": "string",
        "pattern": "^[A-Za-z0-9_]{1,64}$"
      },
      "copy": {
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
            "$ref": "#/components/schemas/event-id"
          },
          "up_to": {
            "$ref": "#/components/schemas/event-id"
          },
          "types": {
            "$ref": "#/components/schemas/want"
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
            "$ref": "#/components/schemas/event-id"
          },
          "last": {
            "$ref": "#/components/schemas/event-id"
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
            "$ref": "#/components/schemas/event-ts"
          },
          "moved_at": {
            "$ref": "#/components/schemas/event-ts"
          },
          "ended_at": {
            "oneOf": [
              {
                "type": "null"
              },
              {
                "$ref": "#/components/schemas/event-ts"
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
        "title": "EventDraft",
        "description": "An event without id and ts.",
        "type": "object",
        "properties": {
          "type": {
            "$ref": "#/components/schemas/event-type"
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
        "title": "Epoch",
        "description": "Which history of a stream ids are of: 1 at first; one that begins after a failover or a restore has a greater number, that of the seconds since 2026 as a rule. Absent means the current one.",
        "type": "integer",
        "minimum": 1,
        "maximum": 2147483647
      },
      "event-id": {
        "title": "EventId",
        "description": "A decimal string of at most 18 digits, dense and increasing within a stream; \"0\" stands before the first event.",
        "type": "string",
        "pattern": "^(0|[1-9][0-9]{0,17})$"
      },
      "event-ts": {
        "title": "EventTs",
        "description": "When the database stored the event: UTC, milliseconds. Not monotonic in id.",
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"
      },
      "event-type": {
        "title": "EventType",
        "description": "What happened, in the application's words.",
        "type": "string",
        "pattern": "^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$"
      },
      "event": {
        "title": "Event",
        "description": "A recorded fact.",
        "type": "object",
        "properties": {
          "id": {
            "$ref": "#/components/schemas/event-id"
          },
          "type": {
            "$ref": "#/components/schemas/event-type"
          },
          "data": {
            "description": "Any JSON value, exactly as it was written."
          },
          "ts": {
            "$ref": "#/components/schemas/event-ts"
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
                "$ref": "#/components/schemas/event-id"
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
        "title": "IdempotencyKey",
        "description": "Names a call, so that trying it again adds nothing: the same content under the same key of the same principal gives the same ids. Printable ASCII without spaces.",
        "type": "string",
        "pattern": "^[!-~]{1,128}$"
      },
      "park-after": {
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
      "parked-position": {
        "title": "ParkedPosition",
        "description": "A place among the parked events of a consumer: behind this one. Ids of two epochs may be the same.",
        "type": "object",
        "properties": {
          "id": {
            "$ref": "#/components/schemas/event-id"
          },
          "epoch": {
            "$ref": "#/components/schemas/epoch"
          }
        },
        "required": [
          "id",
          "epoch"
        ],
        "additionalProperties": false
      },
      "stream-name": {
        "title": "StreamName",
        "description": "The name of one ordered log with its own ids.",
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]{0,29}$"
      },
      "want": {
        "title": "Want",
        "description": "The event types a consumer asks for; null means all it may see.",
        "oneOf": [
          {
            "type": "null"
          },
          {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/event-type"
            },
            "minItems": 1,
            "maxItems": 100,
            "uniqueItems": true
          }
        ]
      }
    },
    "errors": {
      "ParseError": {
        "code": -32700,
        "message": "The text is not JSON, or not UTF-8.",
        "data": {
          "code": "ParseError",
          "retry": "no"
        }
      },
      "InvalidRequest": {
        "code": -32600,
        "message": "The envelope or the parameters break the schema (parameters: -32602).",
        "data": {
          "code": "InvalidRequest",
          "retry": "no"
        }
      },
      "UnknownMethod": {
        "code": -32601,
        "message": "There is no such interface or function, or this node does not offer it.",
        "data": {
          "code": "UnknownMethod",
          "retry": "no"
        }
      },
      "NotSupportedVersion": {
        "code": -32001,
        "message": "The interface is not served in this version.",
        "data": {
          "code": "NotSupportedVersion",
          "retry": "no"
        }
      },
      "SecurityError": {
        "code": -32010,
        "message": "The credential is missing or false, or the channel is not trusted.",
        "data": {
          "code": "SecurityError",
          "retry": "no"
        }
      },
      "PleaseReauth": {
        "code": -32011,
        "message": "The credential is out of date.",
        "data": {
          "code": "PleaseReauth",
          "retry": "after login"
        }
      },
      "Unauthorized": {
        "code": -32012,
        "message": "The caller is known, but not allowed this.",
        "data": {
          "code": "Unauthorized",
          "retry": "no"
        }
      },
      "DefenseRejected": {
        "code": -32013,
        "message": "A limit is reached; the call was not carried out.",
        "data": {
          "code": "DefenseRejected",
          "retry": "later"
        }
      },
      "PayloadTooLarge": {
        "code": -32014,
        "message": "The request or an event is larger than allowed.",
        "data": {
          "code": "PayloadTooLarge",
          "retry": "no"
        }
      },
      "NotRegistered": {
        "code": -32020,
        "message": "The consumer is unknown.",
        "data": {
          "code": "NotRegistered",
          "retry": "after register"
        }
      },
      "LiveNotAllowed": {
        "code": -32021,
        "message": "LIVE is reserved and cannot be registered.",
        "data": {
          "code": "LiveNotAllowed",
          "retry": "no"
        }
      },
      "ConsumerBusy": {
        "code": -32022,
        "message": "The consumer changed hands too often, and newer readers of it wait; or it is a sink at work, which is not unregistered.",
        "data": {
          "code": "ConsumerBusy",
          "retry": "later"
        }
      },
      "CursorTooOld": {
        "code": -32023,
        "message": "The position was discarded; earliest is the oldest id that can be read.",
        "data": {
          "code": "CursorTooOld",
          "retry": "no"
        }
      },
      "CursorAhead": {
        "code": -32024,
        "message": "The position lies beyond the newest event.",
        "data": {
          "code": "CursorAhead",
          "retry": "no"
        }
      },
      "HistoryForked": {
        "code": -32025,
        "message": "The position belongs to another epoch, beyond the point where the histories fork.",
        "data": {
          "code": "HistoryForked",
          "retry": "after seek"
        }
      },
      "IdempotencyConflict": {
        "code": -32026,
        "message": "The idempotency key was used with other content.",
        "data": {
          "code": "IdempotencyConflict",
          "retry": "no"
        }
      },
      "StreamNotFound": {
        "code": -32027,
        "message": "There is no such stream.",
        "data": {
          "code": "StreamNotFound",
          "retry": "no"
        }
      },
      "StreamBusy": {
        "code": -32028,
        "message": "The stream is being copied into; what was asked for is to be had when that is over.",
        "data": {
          "code": "StreamBusy",
          "retry": "later"
        }
      },
      "StreamSealed": {
        "code": -32029,
        "message": "The stream is sealed: it takes no events.",
        "data": {
          "code": "StreamSealed",
          "retry": "no"
        }
      },
      "PushNeedsSocket": {
        "code": -32030,
        "message": "The method needs a WebSocket.",
        "data": {
          "code": "PushNeedsSocket",
          "retry": "no"
        }
      },
      "InvalidEventId": {
        "code": -32038,
        "message": "What says where to go on is no event id; said by /streams/ only, a method says InvalidRequest.",
        "data": {
          "code": "InvalidEventId",
          "retry": "no"
        }
      },
      "StreamsFull": {
        "code": -32039,
        "message": "No more clients of /streams/ are served here, or of this principal.",
        "data": {
          "code": "StreamsFull",
          "retry": "later"
        }
      },
      "StateNotReady": {
        "code": -32040,
        "message": "The state is being made of the events that are there; said by /state only.",
        "data": {
          "code": "StateNotReady",
          "retry": "later"
        }
      },
      "SinkGap": {
        "code": -32031,
        "message": "A sink lacks events that were discarded; no call is answered so, a start is.",
        "data": {
          "code": "SinkGap",
          "retry": "no"
        }
      },
      "SinkWriteFailed": {
        "code": -32032,
        "message": "A sink has failed, and is to stop then; no call is answered so, serve and relay end with it.",
        "data": {
          "code": "SinkWriteFailed",
          "retry": "no"
        }
      },
      "SinkUnavailable": {
        "code": -32033,
        "message": "Where a sink writes is away; thrown by sinks, so that nothing is skipped for it.",
        "data": {
          "code": "SinkUnavailable",
          "retry": "yes"
        }
      },
      "SinkOccupied": {
        "code": -32035,
        "message": "The place where a sink writes holds what is not its own; no call is answered so, a start is.",
        "data": {
          "code": "SinkOccupied",
          "retry": "no"
        }
      },
      "SinkRefused": {
        "code": -32036,
        "message": "The place where a sink writes does not take an event, by its size; the sink waits before it, and no call is answered so.",
        "data": {
          "code": "SinkRefused",
          "retry": "later"
        }
      },
      "StreamInUse": {
        "code": -32037,
        "message": "Transactions on the stream's inbox stay open, so it could not be sealed, or opened again.",
        "data": {
          "code": "StreamInUse",
          "retry": "later"
        }
      },
      "EventsParked": {
        "code": -32041,
        "message": "The consumer has parked events, which would be lost with it: drop them first, or say that they may go.",
        "data": {
          "code": "EventsParked",
          "retry": "no"
        }
      },
      "DestinationExists": {
        "code": -32042,
        "message": "The destination is taken: by another stream, or by events that no copy of that name has brought there.",
        "data": {
          "code": "DestinationExists",
          "retry": "no"
        }
      },
      "DestinationMismatch": {
        "code": -32043,
        "message": "A copy of that name into this destination was asked for in other terms.",
        "data": {
          "code": "DestinationMismatch",
          "retry": "no"
        }
      },
      "SourceTruncated": {
        "code": -32044,
        "message": "Events that were to be copied are no more; oldest is the first that is left.",
        "data": {
          "code": "SourceTruncated",
          "retry": "no"
        }
      },
      "CopyConflict": {
        "code": -32045,
        "message": "Another process is at work on the copy, or has taken it over.",
        "data": {
          "code": "CopyConflict",
          "retry": "later"
        }
      },
      "CopyNotFound": {
        "code": -32046,
        "message": "There is no copy of that name.",
        "data": {
          "code": "CopyNotFound",
          "retry": "no"
        }
      },
      "CopyFinished": {
        "code": -32047,
        "message": "The copy is done or was cancelled.",
        "data": {
          "code": "CopyFinished",
          "retry": "no"
        }
      },
      "SegmentCorrupt": {
        "code": -32048,
        "message": "A file of events is not what was written; nothing of it was imported.",
        "data": {
          "code": "SegmentCorrupt",
          "retry": "no"
        }
      },
      "StoreUnavailable": {
        "code": -32050,
        "message": "The database is away; the call was not carried out.",
        "data": {
          "code": "StoreUnavailable",
          "retry": "yes"
        }
      },
      "OutcomeUnknown": {
        "code": -32051,
        "message": "The answer to a commit was lost: the events may be stored or not.",
        "data": {
          "code": "OutcomeUnknown",
          "retry": "with the same idempotency key"
        }
      },
      "ShuttingDown": {
        "code": -32052,
        "message": "The node is stopping; the call was not carried out.",
        "data": {
          "code": "ShuttingDown",
          "retry": "yes"
        }
      },
      "InternalError": {
        "code": -32603,
        "message": "The fault is ours; details are only in the log.",
        "data": {
          "code": "InternalError",
          "retry": "no"
        }
      }
    }
  }
} as const;
