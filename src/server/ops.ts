// Operations: is it alive, is it ready, what does it measure, what does it offer.
import type { RequestListener } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { errorFacts, ServiceError } from '../contract/errors.ts';
import { openrpc } from '../contract/generated/openrpc.ts';
import type { Guard } from './auth/guard.ts';
import { requireRight } from './auth/principal.ts';
import { toServiceError, toWireError } from './rpc/errors.ts';

export interface Readiness {
  /** What does not work, by name; nothing = ready. */
  readonly problems: Readonly<Record<string, string>>;
  /** Which databases are away, and since when. */
  readonly away: Readonly<Record<string, string>>;
}

export interface OpsOptions {
  readonly guard: Guard;
  readonly readiness: () => Promise<Readiness>;
  /** The metrics as Prometheus text. */
  readonly metricsText: () => Promise<{ contentType: string; text: string }>;
}

export function createOps(options: OpsOptions): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet());

  // A probe has no key, and tells nothing that is worth one.
  app.get('/livez', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const readiness = await options.readiness();
    const isReady = Object.keys(readiness.problems).length === 0;
    const status = isReady ? 'ok' : 'unavailable';
    response.status(isReady ? 200 : 503).json({ status, ...readiness });
  });

  app.get('/metrics', async (request, response) => {
    requireRight(options.guard.identify(request.headers).principal, 'admin');
    const { contentType, text } = await options.metricsText();
    response.set('content-type', contentType).send(text);
  });
  app.get('/openrpc.json', (request, response) => {
    options.guard.identify(request.headers);
    response.json(openrpc);
  });

  app.use(() => {
    throw new ServiceError('UnknownMethod', { message: 'There is nothing here.' });
  });
  app.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const error = toServiceError(thrown);
    const { http } = errorFacts(error.code);
    if (http === 401) response.set('www-authenticate', 'Bearer, Basic realm="aftercommit"');
    response.status(http).json({ error: toWireError(error) });
  });
  return app as RequestListener;
}
