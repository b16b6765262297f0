// The original server, DBServiceApp of futoin-eventstream as it is in the package, in a process of its own and with
// its default settings but for what the measurement is about.
import { once } from 'node:events';
import { createServer } from 'node:http';
import DBServiceApp from 'futoin-eventstream/DBServiceApp.js';
import { LegacySecurityProvider, NodeExecutor } from 'futoin-executor';
import { AdvancedCCM } from 'futoin-invoker';
import { serveParent } from '../../../processes/child.mjs';
import { noteEvents, progressVerbs } from '../progress.mjs';
import { PATH, PRINCIPAL } from '../wire/address.mjs';
import { runSteps } from './steps.mjs';

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

  ...progressVerbs,
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
    app._archiver?.on('processedEvents', noteEvents);
    app._discarder?.on('eventDiscard', noteEvents);
  });
}
