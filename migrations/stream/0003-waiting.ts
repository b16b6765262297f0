// While another stream is copied into this one, what transactions write waits in the inbox, and is numbered behind the
// copy. On PostgreSQL and MySQL steps do that, and leave a stream alone that is not open. On SQLite, where the insert
// numbers its row, a second trigger lets the row wait: it makes the same checks, and gives the row its time already.
//
// A rowid comes again only when all rows behind it are gone, so rows that wait are in the order of their commits.
import type { Knex } from 'knex';
import type { StreamMigration } from '../migration.ts';

export const waitingTrigger: StreamMigration = {
  name: '0003-waiting',
  up: async (db, kind, stream) => {
    if (kind === 'sqlite') await makeInboxTriggers(db, stream);
  },
};

/** SQLite's triggers on a stream's inbox, in place of those that it has. */
export async function makeInboxTriggers(db: Knex, stream: string): Promise<void> {
  const prefix = stream === 'main' ? 'evt' : `evt_${stream}`;
  const inbox = `${prefix}_inbox`;
  const status = `(select status from evt_streams where name = '${stream}')`;
  const checks = checksOf(inbox);
  for (const trigger of [`${inbox}_numbers`, `${inbox}_waits`]) {
    await db.raw(`drop trigger if exists ${trigger}`);
  }
  await db.raw(`create trigger ${inbox}_numbers after insert on ${inbox} when ${status} = 'open' begin
    ${checks}
    insert into ${prefix}_queue (id, type, data, ts)
    select next_id, new.type, new.data, ${TIME} from evt_streams where name = '${stream}';
    update evt_streams set next_id = next_id + 1 where name = '${stream}';
    delete from ${inbox} where id = new.id;
  end`);
  await db.raw(`create trigger ${inbox}_waits after insert on ${inbox} when ${status} is not 'open' begin
    select raise(abort, '${inbox}: stream ${stream} is sealed') where ${status} = 'sealed';
    select raise(abort, '${inbox}: stream ${stream} is not open') where ${status} is not 'copying';
    ${checks}
    update ${inbox} set ts = ${TIME} where id = new.id;
  end`);
}

/** As 0002-inbox has them. */
function checksOf(inbox: string): string {
  return `select raise(abort, '${inbox}: type must match ^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$')
     where typeof(new.type) <> 'text' or new.type not glob '[A-Za-z_]*' or new.type glob '*[^A-Za-z0-9_.:/-]*'
        or length(cast(new.type as blob)) not between 1 and 128 or length(new.type) <> length(cast(new.type as blob));
    select raise(abort, '${inbox}: a type that begins with aftercommit: is reserved')
     where new.type glob 'aftercommit:*';
    select raise(abort, '${inbox}: data must be JSON text of at most 2097152 bytes')
     where typeof(new.data) <> 'text' or length(cast(new.data as blob)) > 2097152 or not json_valid(new.data)
        or instr(cast(new.data as blob), x'00') > 0;`;
}

const OWN_TIME = "strftime('%Y-%m-%dT%H:%M:%fZ', new.ts)";

/** The row's own, where it is one, in our form. */
const TIME = `coalesce(case when typeof(new.ts) = 'text' and substr(new.ts, 12, 2) < '24'
      and new.ts glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][ T][0-9]*'
      and strftime('%Y-%m-%dT%H:%M', substr(new.ts, 1, 16)) = replace(substr(new.ts, 1, 16), ' ', 'T')
      and ${OWN_TIME} between '1970' and '9999-12-31T23:59:59.999Z' then ${OWN_TIME} end,
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`;
