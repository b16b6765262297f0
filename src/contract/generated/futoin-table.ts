// Generated from specs/ by `npm run gen`; do not edit.

export const futoinTable = {
  "futoin.evt.gen": {
    "version": "1.1",
    "functions": [
      "addEvent",
      "ping"
    ]
  },
  "futoin.evt.poll": {
    "version": "1.1",
    "functions": [
      "ping",
      "pollEvents",
      "registerConsumer"
    ]
  },
  "futoin.evt.push": {
    "version": "1.1",
    "functions": [
      "ping",
      "pollEvents",
      "readyToReceive",
      "registerConsumer"
    ]
  },
  "futoin.evt.receiver": {
    "version": "1.1",
    "functions": [
      "onEvents"
    ]
  },
  "futoin.ping": {
    "version": "1.0",
    "functions": [
      "ping"
    ]
  }
} as const;
