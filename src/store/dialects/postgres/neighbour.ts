// Another schema of the same database, or the same one: advisory locks are seen there and nowhere else.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Neighbour } from '../../dialect.ts';

export function postgresNeighbour(db: Knex): Neighbour {
  return {
    showMark: async (look) => {
      const mark = (randomBytes(8).readBigInt64BE() >> 2n).toString();
      return db.transaction(async (tx) => {
        const { rows } = await tx.raw(
          'select current_schema() as schema, pg_advisory_xact_lock(?::bigint)',
          [mark],
        );
        return look(mark, rows[0].schema);
      });
    },
    seesMark: async (mark) => {
      // Given back with the statement, when it was there to be had.
      const { rows } = await db.raw('select pg_try_advisory_xact_lock(?::bigint) as is_free', [
        mark,
      ]);
      return rows[0].is_free === false;
    },
    copyRows: async (tx, from, to, { after, upTo }) => {
      const { rowCount } = await tx.raw(
        `insert into ?? (id, type, data, ts)
         select id, type, data, ts from ??.?? where id > ?::bigint and id <= ?::bigint order by id`,
        [to, from.schema, from.table, after, upTo],
      );
      return rowCount;
    },
  };
}
