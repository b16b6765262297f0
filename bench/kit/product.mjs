// The one door to the build: what the bench takes from dist/, so that a moved file is mended here alone.
// `npm run bench` builds first.

export { App } from '../../dist/src/app/app.js';
export { ServerLink } from '../../dist/src/app/archive-from/server-link.js';
export { ServerSource } from '../../dist/src/app/archive-from/server-source.js';
export { loadSettings } from '../../dist/src/config/load.js';
export { Generator } from '../../dist/src/generator/generator.js';
export { addEvent, Hints } from '../../dist/src/generator/index.js';
export { Archiver, archiverSource } from '../../dist/src/relay/archiver.js';
export { destinationAt, sourceAt } from '../../dist/src/relay/copy-ends.js';
export { orderOf } from '../../dist/src/relay/copy-request.js';
export { CopyRun } from '../../dist/src/relay/copy-run.js';
export { parseReference } from '../../dist/src/relay/reference.js';
export { Discarder } from '../../dist/src/retention/discarder.js';
export { loadDriver, openHandle } from '../../dist/src/store/dialects/sqlite/driver.js';
export { Store } from '../../dist/src/store/store.js';
export { Warehouse } from '../../dist/src/store/warehouse.js';
export { createLogger } from '../../dist/src/telemetry/logger.js';
export { createTelemetry } from '../../dist/src/telemetry/telemetry.js';

/** The stream that every measurement uses. */
export const STREAM = 'main';
