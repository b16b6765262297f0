// The published entry `aftercommit`: the service inside the application's own process.

export { App } from './app/app.ts';
export { loadSettings, type Settings } from './config/load.ts';
export { isServiceError, ServiceError } from './contract/errors.ts';
export { createLogger, type Logger } from './telemetry/logger.ts';
