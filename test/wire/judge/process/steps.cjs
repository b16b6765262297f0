// FutoIn's AsyncSteps as promises.
const $as = require('futoin-asyncsteps');

/** Runs steps to their end; rejects with an error whose code is the FutoIn error. */
exports.runSteps = (work) =>
  new Promise((resolve, reject) => {
    $as()
      .add(
        (as) => {
          work(as);
          as.add((_as, result) => resolve(result));
        },
        (as, code) => {
          const { error_info, last_exception } = as.state;
          const message = error_info ?? last_exception?.message ?? code;
          reject(Object.assign(new Error(message), { code }));
        },
      )
      .execute();
  });
