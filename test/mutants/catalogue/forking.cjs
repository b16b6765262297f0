// Ids that are given again, to other events, are told from those of before.
const contract = (title, says) => ({ file: 'test/store/DATABASE.test.ts', title, says });

module.exports = [
  {
    name: 'acknowledged-beyond-the-fork',
    breaks: 'An acknowledgement of another history moves no cursor over what came instead.',
    edits: [
      {
        file: 'src/store/dialects/postgres/statements.ts',
        find: ' and e.epoch > a.epoch and e.began_after < a.cursor',
        replace: ' and e.epoch > a.epoch and false',
      },
      {
        file: 'src/store/dialects/mysql/mysql.ts',
        find: 'const forks = ack.epoch === epoch ? [] : await',
        replace: 'const forks = ack.epoch !== epoch ? [] : await',
      },
      {
        file: 'src/store/dialects/mysql/mysql.ts',
        find: 'const upTo = sharedUpTo({ epoch, forks }, ack.epoch);',
        replace: 'const upTo = sharedUpTo({ epoch, forks }, epoch);',
      },
      {
        file: 'src/store/dialects/sqlite/sqlite.ts',
        find: 'and e.epoch > ?4\n',
        replace: 'and e.epoch > ?4 + 1000000000\n',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: [],
    runs: 1,
    test: contract('move no cursor over what came', 'toBe'),
  },
];
