// LiveReceiver, ReliableReceiver and DBEventArchiver as they are in the package. Batches go to the parent; a receiver
// that `asks` overrides `_onEvents`, as the documents of the package propose, and waits for the parent's word.
const { AdvancedCCM } = require('futoin-invoker');
const LiveReceiver = require('futoin-eventstream/LiveReceiver');
const ReliableReceiver = require('futoin-eventstream/ReliableReceiver');
const { runSteps } = require('./steps.cjs');

const receivers = new Map();
const asked = new Map();
let handles = 0;
let batches = 0;

const asking = (Base) =>
  class extends Base {
    _onEvents(as, events) {
      batches += 1;
      const batch = batches;
      as.add((as) => {
        as.waitExternal();
        as.setCancel(() => asked.delete(batch));
        asked.set(batch, as);
        this.report({ batch, events });
      });
    }
  };

const classes = {
  live: LiveReceiver,
  reliable: ReliableReceiver,
  'asking live': asking(LiveReceiver),
  'asking reliable': asking(ReliableReceiver),
};

exports.receive = ({ kind, ...rest }) => begin(new classes[kind](new AdvancedCCM()), rest);

/** The archiver of the package; `warehouse` says where, in the words of its own configuration. */
exports.archive = async ({ warehouse, ...rest }) => {
  const DBAutoConfig = require('futoin-database/AutoConfig');
  const DBEventArchiver = require('futoin-eventstream/DBEventArchiver');
  const ccm = new AdvancedCCM();
  await runSteps((as) => DBAutoConfig(as, ccm, { evtdwh: {} }, warehouse));
  const archiver = new DBEventArchiver(ccm);
  archiver.on('processedEvents', (count) => archiver.report({ archived: count }));
  return begin(archiver, rest);
};

/** The parent's word about a batch of a receiver that asks: `null`, or the error it fails with. */
exports.answer = ({ batch, error }) => {
  const as = asked.get(batch);
  asked.delete(batch);
  if (!as?.state) return;
  if (error === null) return as.success();
  try {
    as.error(error, 'The application failed.');
  } catch {
    // What as.error throws has been noted by the steps already.
  }
};

exports.stopReceiver = ({ handle }) => {
  receivers.get(handle).stop();
  receivers.delete(handle);
};

function begin(receiver, { endpoint, credentials = null, options = {} }) {
  handles += 1;
  const handle = handles;
  const report = (what) => process.send({ about: `receiver ${handle}`, ...what });
  receiver.report = report;
  receiver.on('newEvents', (events) => report({ batch: null, events }));
  receiver.on('ready', () => report({ ready: true }));
  for (const name of ['workerError', 'receiverError']) {
    receiver.on(name, (code, info, exception) =>
      report({ failed: name, code, info: info ?? exception?.message ?? null }),
    );
  }
  receiver.start(endpoint, credentials, { limitZone: 'unlimited', ...options });
  receivers.set(handle, receiver);
  return handle;
}
