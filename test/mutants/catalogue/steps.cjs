// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is replaced is source text, some of it templates
// The step: what is in the inbox gets its ids first, in its order, under the lock; then the calls.
const POSTGRES = 'src/store/dialects/postgres/step-sql.ts';

/** Steps that leave something behind are seldom with 500 rows a step. */
const SMALL_STEPS = {
  file: 'src/store/dialects/drained-append.ts',
  find: 'export const STEP_ROWS_MAX = 500;',
  replace: 'export const STEP_ROWS_MAX = 5;',
};

module.exports = [
  {
    name: 'drafts-without-draining',
    breaks: 'Calls are numbered only when the inbox is drained.',
    edits: [
      SMALL_STEPS,
      {
        file: POSTGRES,
        find: 'select ${NOTHING_LEFT} or max(id) filter (where fits) >= $5::bigint as drained from c',
        replace: 'select count(*) >= 0 as drained from c where $5::bigint > 0',
      },
      {
        file: 'src/store/dialects/mysql/stepper.ts',
        find: 'const isDrained = isNothingLeft || isAtLeast(ids.at(-1), fence);',
        replace: 'const isDrained = true;',
      },
    ],
    databases: ['postgres', 'mysql'],
    shows: ['overtaken'],
    runs: 16,
  },
  {
    name: 'drafts-before-the-inbox',
    breaks: 'Calls are numbered behind what the same step moves.',
    edits: [
      {
        file: POSTGRES,
        find: 'select n.base + n.moved + u.k - 1, u.type',
        replace: 'select n.base + u.k - 1, u.type',
      },
      {
        file: POSTGRES,
        find: '  ${insertMoved(queue)}\n), a as (',
        replace:
          "  ${insertMoved(queue).replace('n.base', 'n.base + n.drained::int * cardinality($3::text[])')}\n), a as (",
      },
      {
        file: POSTGRES,
        find: 'n.base + n.moved + k.place, n.base + n.moved + k.until',
        replace: 'n.base + k.place, n.base + k.until',
      },
      ...['drained-append', 'keyed-append'].map((name) => ({
        file: `src/store/dialects/${name}.ts`,
        find: 'idPlus(step.base, step.moved)',
        replace: 'step.base',
      })),
    ],
    databases: ['postgres'],
    shows: ['overtaken'],
    runs: 16,
  },
  {
    name: 'inbox-in-no-order',
    breaks: 'The inbox is moved in its own order.',
    edits: [
      {
        file: POSTGRES,
        find: 'row_number() over (order by d.id)',
        replace: 'row_number() over (order by md5(d.id::text))',
      },
      {
        file: 'src/store/dialects/mysql/step-sql.ts',
        find: 'row_number() over (order by b.id)',
        replace: 'row_number() over (order by md5(b.id))',
      },
    ],
    databases: ['mysql', 'postgres'],
    shows: ['order'],
    runs: 1,
  },
  {
    name: 'inbox-before-the-lock',
    breaks: 'The inbox is read only when the stream row is locked.',
    edits: [{ file: POSTGRES, find: ' and (select next_id from s) is not null', replace: '' }],
    databases: ['postgres'],
    shows: ['lost', 'torn'],
    runs: 16,
  },
];
