// A relay moves on behind what its sink has, and no further.
const RELAY = 'src/relay/relay.ts';

const sinkTest = (title, says) => ({
  file: 'test/app/sinks.test.ts',
  title: `a sink of the application on DATABASE ${title}`,
  says,
});

module.exports = [
  {
    name: 'relayed-on-before-it-is-written',
    breaks: 'What a sink has not written comes again.',
    edits: [
      {
        file: RELAY,
        find: '      await this.#write({ events, after, upTo, epoch, forks }, lease);\n      turn.told = upTo;\n',
        replace:
          '      turn.told = upTo;\n      await this.#write({ events, after, upTo, epoch, forks }, lease);\n',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: [],
    runs: 2,
    test: sinkTest('gets the same events again', 'toBe|Waited'),
  },
  {
    name: 'sink-not-asked-where-it-stands',
    breaks: 'A relay goes on behind the position that its sink keeps.',
    edits: [
      {
        file: RELAY,
        find: '    const position = own?.id ?? cursor;\n',
        replace: '    const position = cursor;\n',
      },
    ],
    databases: ['postgres', 'sqlite', 'mysql'],
    shows: [],
    runs: 2,
    test: sinkTest('that keeps its own position', 'toEqual|Waited'),
  },
  {
    name: 'cursor-ahead-of-its-sink',
    breaks:
      'The cursor holds back what the sink was not told of, or its own position may be discarded.',
    edits: [
      {
        file: RELAY,
        find: 'if (isAtEnd || lease.isMoveDue) await lease.moveCursor(turn.told, epoch);',
        replace: 'if (isAtEnd || lease.isMoveDue) await lease.moveCursor(turn.position, epoch);',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/unit/relay/relay.test.ts',
      title: 'moves the cursor no further',
      says: 'toBe',
    },
  },
  {
    name: 'neighbours-skipped-too',
    breaks: 'Only what a sink refuses alone is passed over.',
    edits: [
      {
        file: 'src/relay/skipping.ts',
        find: 'return isAlone ? 1 : batchMax;',
        replace: 'return isAlone ? batchMax : batchMax;',
      },
      {
        file: 'src/relay/skipping.ts',
        find: 'if (events.size > 1 || times < TRIES_MAX) return null;\n    this.#passed = { after, upTo: id };',
        replace: 'if (times < TRIES_MAX) return null;\n    this.#passed = { after, upTo: last };',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/app/sink-policies.test.ts',
      title: 'passes over the events that it refuses alone',
      says: 'toEqual',
    },
  },
  {
    name: 'skipped-while-away',
    breaks: 'Of a sink that says that it is away nothing is passed over.',
    edits: [
      {
        file: 'src/relay/skipping.ts',
        find: 'if (first === undefined || isAway(error)) return null;',
        replace: 'if (first === undefined || isAway(null)) return null;',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/app/sink-policies.test.ts',
      title: 'loses nothing while it says that it is away',
      says: 'toEqual|Waited',
    },
  },
  {
    name: 'lost-lines-passed-over',
    breaks:
      'What was lost of the files of a sink is asked for again, though the note beside them says more.',
    edits: [
      {
        file: 'src/relay/sinks/file/stand.ts',
        find: 'return last === noted ? upTo : (last ?? from);',
        replace: 'return last === noted || last === null ? upTo : last;',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/unit/relay/file-sink.test.ts',
      title: 'stands behind what it was told of',
      says: 'toEqual',
    },
  },
  {
    name: 'frozen-writer-of-files-goes-on',
    breaks: 'A file grows only where this process has left its end.',
    edits: [
      {
        file: 'src/relay/sinks/file/open-segment.ts',
        find: 'return size === bytes && nlink > 0;',
        replace: 'return size >= 0 && nlink > 0;',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/unit/relay/file-sink.test.ts',
      title: 'writes no more when another process has written',
      says: 'rejects',
    },
  },
  {
    name: 'published-without-its-place',
    breaks: 'A message of JetStream is stored behind the one that it follows, or nowhere.',
    edits: [
      {
        file: 'src/relay/sinks/nats/publisher.ts',
        find: 'expect: { lastSequence, streamName: jetStream },',
        replace: 'expect: { streamName: jetStream },',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/unit/relay/nats-sink.test.ts',
      title: 'leaves no hole where a message is refused',
      says: 'toEqual',
    },
  },
  {
    name: 'added-wherever-the-stream-stands',
    breaks: 'A batch goes into Redis behind the id that it follows, or not at all.',
    edits: [
      {
        file: 'src/relay/sinks/redis/script.ts',
        find: 'if last ~= expected then return last end\n',
        replace: '',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/unit/relay/redis-sink.test.ts',
      title: 'adds nothing when another one has',
      says: 'rejects|toThrow',
    },
  },
];
