// The original server, DBServiceApp of futoin-eventstream as it is in the package, in a process of its own and with
// its default settings but for what the measurement is about.
import { once } from 'node:events';
import { createServer } from 'node:http';
import $as from 'futoin-asyncsteps';
import DBServiceApp from 'futoin-eventstream/DBServiceApp.js';
import { LegacySecurityProvider, NodeExecutor } from 'futoin-executor';
import { AdvancedCCM } from 'futoin-invoker';
import { monotonicMs } from '../../kit/clock.mjs';
import { serveParent } from '../../processes/child.mjs';
import { PATH, PRINCIPAL } from './wire/address.mjs';

/** When its archiver or discarder told of how many events, since the start: `[atMs, count]`. */
const progress = [];

serveParent({
  /** Gives where it serves. `database` is in the words of futoin-database. */
  async start({ database, ...options }) {
    const ccm = new AdvancedCCM();
    const httpServer = createServer();
    httpServer.listen(0, '127.0.0.1');
    await once(httpServer, 'listening');
    await runSteps((as) => {
      const securityProvider = new LegacySecurityProvider(as, ccm);
      as.add((_as) => securityProvider.addUser(PRINCIPAL.name, PRINCIPAL.password, {}));
      as.add((as) => serve(as, { ccm, httpServer, securityProvider, database, options }));
    });
    return `http://127.0.0.1:${httpServer.address().port}`;
  },

  async progress() {
    return progress;
  },

  /** CPU time of this process so far, in microseconds. */
  async cpuMicros() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});

function serve(as, { ccm, httpServer, securityProvider, database, options }) {
  const executor = new NodeExecutor(ccm, {
    httpServer,
    httpPath: PATH,
    secureChannel: true,
    securityProvider,
    // The database packages, loaded later, do not bear it.
    secureObjectPrototype: false,
  });
  const notExpectedHandler = (...what) => console.error('original:', ...what.slice(0, 3));
  executor.on('notExpected', notExpectedHandler);
  const app = new DBServiceApp(as, {
    ccm,
    executor,
    databaseConfig: database,
    notExpectedHandler,
    ...options,
  });
  as.add((_as) => {
    app._archiver?.on('processedEvents', note);
    app._discarder?.on('eventDiscard', note);
  });
}

function note(count) {
  progress.push([monotonicMs(), count]);
}

/** FutoIn's steps as a promise. */
function runSteps(work) {
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
