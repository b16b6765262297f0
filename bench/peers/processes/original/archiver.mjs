// The original's archiver in a process of its own, with its events from a server over a WebSocket.
import DBAutoConfig from 'futoin-database/AutoConfig.js';
import DBEventArchiver from 'futoin-eventstream/DBEventArchiver.js';
import { AdvancedCCM } from 'futoin-invoker';
import { serveParent } from '../../../processes/child.mjs';
import { noteEvents, progressVerbs } from '../progress.mjs';
import { PATH, SEC } from '../wire/address.mjs';
import { runSteps } from './steps.mjs';

serveParent({
  /** `database` is the warehouse in the words of futoin-database. */
  async start({ url, database }) {
    const ccm = new AdvancedCCM();
    await runSteps((as) => DBAutoConfig(as, ccm, { evtdwh: {} }, database));
    const archiver = new DBEventArchiver(ccm);
    archiver.on('processedEvents', noteEvents);
    archiver.on('workerError', (...what) => console.error('original:', ...what.slice(0, 2)));
    archiver.on('receiverError', (...what) => console.error('original:', ...what.slice(0, 2)));
    const endpoint = `secure+${url.replace('http', 'ws')}${PATH}`;
    archiver.start(endpoint, SEC, { limitZone: 'unlimited' });
  },

  ...progressVerbs,
});
