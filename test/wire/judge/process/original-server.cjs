// The original server, DBServiceApp as it is in the package, on a database of its own kind: what the tests of faults
// are tried on, to see that they fail there. It needs a process of its own, since it dies of some of them.
const { createServer } = require('node:http');
const { once } = require('node:events');
const { AdvancedCCM } = require('futoin-invoker');
const { LegacySecurityProvider, NodeExecutor } = require('futoin-executor');
const DBServiceApp = require('futoin-eventstream/DBServiceApp');
const { runSteps } = require('./steps.cjs');

/** Gives the port. `users` are names with passwords, `keys` names with keys for legacy HMAC in base64. */
exports.serve = async ({ database, users, keys, path, options = {} }) => {
  const ccm = new AdvancedCCM();
  const httpServer = createServer();
  httpServer.listen(0, '127.0.0.1');
  await once(httpServer, 'listening');
  await runSteps((as) => {
    const securityProvider = new LegacySecurityProvider(as, ccm);
    as.add((_as) => {
      for (const [name, password] of users) securityProvider.addUser(name, password, {});
      for (const [name, key] of keys) {
        securityProvider.addUser(name, Buffer.from(key, 'base64'), {}, true);
      }
    });
    as.add((as) => {
      const executor = new NodeExecutor(ccm, {
        httpServer,
        httpPath: path,
        secureChannel: true,
        securityProvider,
        // The database packages, loaded later, do not bear it.
        secureObjectPrototype: false,
      });
      executor.on('notExpected', () => {});
      new DBServiceApp(as, {
        ccm,
        executor,
        databaseConfig: database,
        notExpectedHandler: () => {},
        ...options,
      });
    });
  });
  return httpServer.address().port;
};
