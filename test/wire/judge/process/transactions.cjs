// DBGenFace.addXferEvent inside a transaction of futoin-database, as an application of the original writes its events.
const { AdvancedCCM } = require('futoin-invoker');
const DBAutoConfig = require('futoin-database/AutoConfig');
const DBGenFace = require('futoin-eventstream/DBGenFace');
const { runSteps } = require('./steps.cjs');

const connected = new Map();

/** An application keeps its connections; they end with this process. */
function connect({ database, endpoint, credentials }) {
  const key = JSON.stringify([database, endpoint]);
  if (!connected.has(key)) {
    const ccm = new AdvancedCCM();
    const opening = runSteps((as) => {
      DBAutoConfig(as, ccm, { evt: {} }, database);
      DBGenFace.register(as, ccm, '#evtgen', endpoint, credentials);
    });
    connected.set(
      key,
      opening.then(() => ccm),
    );
  }
  return connected.get(key);
}

/**
 * One transaction: the events go into `table`, and `isFailing` adds a statement whose condition does not hold, so that
 * all of it is rolled back. `database` is the configuration in the words of futoin-database.
 */
exports.transact = async ({ events, table, isFailing, ...place }) => {
  const ccm = await connect(place);
  await runSteps((as) => {
    const db = ccm.db('evt');
    const transaction = db.newXfer(db.READ_COMMITTED);
    const generator = ccm.iface('#evtgen');
    for (const { type, data } of events) {
      // The name of the table is left out, or given, as an application would.
      const named = table === null ? [] : [table];
      generator.addXferEvent(transaction, type, data, ...named);
    }
    if (isFailing) transaction.select('evt_consumers', { selected: 7 }).get('ident').limit(1);
    transaction.execute(as);
  });
};
