// The outside judge: a process of its own that holds the unmodified FutoIn clients and does with them what its parent
// says over the IPC channel: `{id, verb, params}` in, `{id, result}` or `{id, error}` out, `{about, ...}` in between.
// It ends when the parent does. NODE_PATH names the folder with the clients.
const faces = require('./faces.cjs');
const receivers = require('./receivers.cjs');

const verbs = {
  ...faces,
  ...receivers,
  // Loaded when asked for: these need the database drivers.
  transact: (params) => require('./transactions.cjs').transact(params),
  serve: (params) => require('./original-server.cjs').serve(params),
};

process.on('disconnect', () => process.exit());
process.on('message', async ({ id, verb, params }) => {
  try {
    process.send({ id, result: (await verbs[verb](params)) ?? null });
  } catch (error) {
    process.send({ id, error: { code: error.code ?? 'Thrown', message: error.message } });
  }
});
