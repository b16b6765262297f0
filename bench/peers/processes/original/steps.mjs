// FutoIn's AsyncSteps as a promise.
import $as from 'futoin-asyncsteps';

export function runSteps(work) {
  return new Promise((resolve, reject) => {
    $as()
      .add(
        (as) => {
          work(as);
          as.add((_as) => resolve());
        },
        (as, code) => reject(new Error(`${code}: ${as.state.error_info}`)),
      )
      .execute();
  });
}
