// What every room may say, and to whom: operators read the log and the metrics, the application hears notices.
import type { Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { Notices } from './notices.ts';

export interface Telemetry {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly notices: Notices;
}

/** Of one process, or of one app in it. */
export function createTelemetry(logger: Logger): Telemetry {
  const metrics = createMetrics();
  return { metrics, logger, notices: new Notices(metrics, logger) };
}
