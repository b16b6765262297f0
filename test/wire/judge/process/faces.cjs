// GenFace, PollFace and PushFace as they are in the package, opened by name and called by name.
const { AdvancedCCM } = require('futoin-invoker');
const faceClasses = {
  gen: require('futoin-eventstream/GenFace'),
  poll: require('futoin-eventstream/PollFace'),
  push: require('futoin-eventstream/PushFace'),
};
const { runSteps } = require('./steps.cjs');

const opened = new Map();
let handles = 0;

/** Gives a handle. `isSniffed` sends the raw messages of this face to the parent. */
exports.open = async ({ face, endpoint, credentials = null, options = {}, isSniffed = false }) => {
  handles += 1;
  const handle = handles;
  const ccm = new AdvancedCCM();
  const all = { limitZone: 'unlimited', ...options };
  if (isSniffed) {
    all.messageSniffer = (_info, message, isIncoming) => {
      const text = typeof message === 'string' ? message : Buffer.from(message).toString('latin1');
      process.send({ about: `face ${handle}`, text, isIncoming });
    };
  }
  await runSteps((as) => faceClasses[face].register(as, ccm, face, endpoint, credentials, all));
  opened.set(handle, { ccm, iface: ccm.iface(face) });
  return handle;
};

/** Calls a function of the face with arguments by position, as an application would. */
exports.call = ({ handle, name, args }) =>
  runSteps((as) => opened.get(handle).iface[name](as, ...args));

/** Calls with parameters by name; some go round the client's own checks so. */
exports.callWith = ({ handle, name, params }) =>
  runSteps((as) => opened.get(handle).iface.call(as, name, params));

exports.close = ({ handle }) => {
  opened.get(handle).ccm.close();
  opened.delete(handle);
};
