// A call is answered when it is committed, with the ids that it has, and added once.
/** The lock of the stream's row comes behind the look-up; the primary key of evt_keys would make a double an error. */
const lockBehindLookUp = [
  {
    file: 'src/store/dialects/postgres/stepper.ts',
    find: '        const stream = await client.first<{ status: string }>(lock, [this.#stream]);\n',
    replace: '',
  },
  {
    file: 'src/store/dialects/postgres/stepper.ts',
    find: '        const plan = planKeyed(calls, known);\n',
    replace: `        const stream = await client.first<{ status: string }>(lock, [this.#stream]);
        const plan = planKeyed(calls, known);
`,
  },
  {
    file: 'src/store/dialects/postgres/step-sql.ts',
    find: '   where n.drained\n)`;',
    replace: '   where n.drained on conflict do nothing\n)`;',
  },
];

module.exports = [
  {
    name: 'answered-before-the-commit',
    breaks: 'Callers are answered when the commit has been confirmed.',
    edits: [
      {
        file: 'src/store/dialects/postgres/step-client.ts',
        find: '    await this.first(COMMIT, []);\n',
        replace: '    this.first(COMMIT, []).catch(() => this.cut());\n',
      },
    ],
    databases: ['postgres'],
    shows: ['lost'],
    runs: 16,
    settings: { HISTORY_COMMIT_CUTS: '0.3' },
  },
  {
    name: 'unknown-tried-again',
    breaks: 'What may have been carried out is not done again.',
    edits: [
      {
        file: 'src/store/runner.ts',
        find: "const outcome = isRepeatable && known === 'unknown' ? 'rolled-back' : known;",
        replace: "const outcome = known === 'unknown' ? 'rolled-back' : known;",
      },
    ],
    databases: ['mysql'],
    shows: ['doubled', 'undone'],
    runs: 16,
    settings: { HISTORY_COMMIT_CUTS: '0.3' },
  },
  {
    name: 'key-looked-up-before-the-lock',
    breaks:
      'Keys are looked up in a later statement than the lock; the primary key of evt_keys is taken away too.',
    edits: [...lockBehindLookUp],
    databases: ['postgres'],
    shows: ['doubled', 'returned-id'],
    runs: 16,
  },
  {
    name: 'key-looked-up-in-the-locking-statement',
    breaks:
      'Keys are looked up in a later statement than the lock, whose snapshot would be older than the lock.',
    edits: [
      ...lockBehindLookUp,
      {
        file: 'src/store/dialects/postgres/step-sql.ts',
        find: '\nselect u.principal, u.key, k.hash, k.first\n  from unnest(',
        replace: `
with s as materialized (select name from evt_streams where name = $1 for update)
select u.principal, u.key, k.hash, k.first
  from s cross join unnest(`,
      },
    ],
    databases: ['postgres'],
    shows: ['doubled', 'returned-id'],
    runs: 16,
  },
];
