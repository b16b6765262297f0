// The service in a process of its own, as `serve` runs it, with the default settings but for what the measurement is
// about. In open mode: its working folder holds no credentials.

import { setTimeout as sleep } from 'node:timers/promises';
import { App, createLogger, loadSettings } from '../kit/product.mjs';
import { serveParent } from './child.mjs';

/** One collection leaves behind what only its finalizers let go of. */
const COLLECTIONS = 4;
const SETTLE_MS = 100;

/** Between two looks at the memory while it is watched. */
const LOOK_MS = 2;

let app = null;
let watch = null;
let peakRss = 0;

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

    /** Bytes of memory once nothing can be freed any more: all, and the part that is objects. Needs --expose-gc. */
    async memory() {
      for (let nth = 0; nth < COLLECTIONS; nth += 1) {
        global.gc();
        await sleep(SETTLE_MS);
      }
      const { rss, heapUsed, external } = process.memoryUsage();
      return { rss, objects: heapUsed + external };
    },

    /** Looks from now on how much memory it has. */
    async watchMemory() {
      peakRss = process.memoryUsage.rss();
      watch = setInterval(() => {
        peakRss = Math.max(peakRss, process.memoryUsage.rss());
      }, LOOK_MS);
    },

    /** The most since then, in bytes. */
    async peakMemory() {
      clearInterval(watch);
      return { rss: Math.max(peakRss, process.memoryUsage.rss()) };
    },
  },
  async () => app?.stop(),
);
