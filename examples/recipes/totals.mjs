// A read model: what each customer has paid, in cents, in the reader's own database. The totals and the cursor move in
// one transaction, so each event counts once.
import { exactlyOnce } from 'aftercommit/client/exactly-once';

const WANT = ['ORDER_PAID'];
const PAGE = 1000;

/**
 * `db` is knex on the reader's database. `name` is the consumer's and the table's: another name is another table, filled
 * from the first event. `warehouse`, knex too, has what the service has discarded. Runs until the signal aborts.
 */
export async function keepTotals({ client, db, name = 'totals', warehouse = null, signal }) {
  await createTable(db, name);
  const once = exactlyOnce({ database: db, consumer: name });
  await once.migrate();
  await once.open();
  const onEvents = once.handler((tx, batch) => addUp(tx, name, batch.events));

  // From here on nothing is discarded before this consumer has it, so what was discarded has an end.
  await client.registerConsumer(name);
  const { discarded_up_to } = await client.streamInfo();
  if (warehouse !== null) await readHistory({ warehouse, upTo: discarded_up_to, once, onEvents });

  const consumer = client.consumer({
    component: name,
    want: WANT,
    position: once.position,
    onTrouble: (error) => console.warn(`${name}:`, error),
  });
  await consumer.run(onEvents, { signal });
}

async function addUp(tx, table, events) {
  for (const { data } of events) {
    const { customer, cents } = data;
    await tx(table)
      .insert({ customer, cents })
      .onConflict('customer')
      .merge({ cents: tx.raw('?? + ?', [`${table}.cents`, cents]) });
  }
}

/** A page of the history is a batch like any other: the kit takes it, and a restart goes on behind the last one. */
async function readHistory({ warehouse, upTo, once, onEvents }) {
  while (BigInt(once.position.id) < BigInt(upTo)) {
    const { id: after, epoch } = once.position;
    const rows = await warehouse('evt_history')
      .where('id', '>', after)
      .where('id', '<=', upTo)
      .orderBy('id')
      .limit(PAGE);
    const events = rows
      .filter(({ type }) => WANT.includes(type))
      .map(({ id, type, data }) => ({ id: String(id), type, data: parsed(data) }));
    const last = rows.length < PAGE ? upTo : String(rows.at(-1).id);
    await onEvents({ events, after, upTo: last, epoch });
  }
}

/** PostgreSQL's driver gives values, the others text. */
function parsed(data) {
  return typeof data === 'string' ? JSON.parse(data) : data;
}

async function createTable(db, name) {
  if (await db.schema.hasTable(name)) return;
  await db.schema.createTable(name, (table) => {
    table.string('customer', 100).primary();
    table.bigInteger('cents').notNullable();
  });
}
