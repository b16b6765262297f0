// Another database of the same server, or the same one: named locks are seen there and nowhere else, also not on
// another node of a cluster.
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Neighbour } from '../../dialect.ts';

export function mysqlNeighbour(db: Knex): Neighbour {
  return {
    showMark: async (look) => {
      const mark = `aftercommit ${randomUUID()}`;
      return db.transaction(async (tx) => {
        const [[row]] = await tx.raw('select database() as here, get_lock(?, 0) as is_mine', [
          mark,
        ]);
        try {
          return await look(mark, row.here);
        } finally {
          await tx.raw('select release_lock(?) as was_mine', [mark]);
        }
      });
    },
    seesMark: async (mark) => {
      const [[row]] = await db.raw('select is_used_lock(?) is not null as is_used', [mark]);
      return Number(row.is_used) === 1;
    },
    // READ COMMITTED, so the rows that are read are not locked.
    copyRows: async (tx, from, to, { after, upTo }) => {
      const [{ affectedRows }] = await tx.raw(
        `insert into ?? (id, type, data, ts)
         select id, type, data, ts from ??.?? where id > ? and id <= ? order by id`,
        [to, from.schema, from.table, BigInt(after), BigInt(upTo)] as unknown as Knex.RawBinding[],
      );
      return affectedRows;
    },
  };
}
