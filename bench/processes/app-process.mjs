// The service in a process of its own, as `serve` runs it, with the default settings but for what the measurement is
// about. In open mode: its working folder holds no credentials.

import { App, createLogger, loadSettings } from '../kit/product.mjs';
import { serveParent } from './child.mjs';

let app = null;

serveParent(
  {
    async start(values) {
      const settings = loadSettings({ values: { ...values, port: 0, logLevel: 'warn' } });
      app = new App(settings, createLogger(settings.logLevel));
      await app.start();
      return app.url;
    },

    /** CPU time of this process so far, in microseconds. */
    async cpuMicros() {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
  },
  async () => app?.stop(),
);
