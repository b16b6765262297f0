// From an envelope to a method and back: is it offered here, may the caller, do the params fit. Whatever an envelope
// looks like, a call passes through here, is counted here, and fails with an error of the table.
import { systemClock } from '../../base/clock.ts';
import { ServiceError } from '../../contract/errors.ts';
import { methodTable } from '../../contract/generated/method-table.ts';
import { type SchemaName, validate } from '../../contract/validate.ts';
import { whileAway } from '../../contract/while-away.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { requireRight } from '../auth/principal.ts';
import type { Call, MethodServices, Result } from './call.ts';
import { draftsOf, type ParamsText } from './drafts.ts';
import { isOurs, toServiceError } from './errors.ts';
import { type MethodName, methods } from './methods.ts';

export type ServiceName = 'generator' | 'poll' | 'push' | 'streams';

export interface DispatcherOptions {
  readonly services: MethodServices;
  /** What this node offers; methods of other services do not exist here. */
  readonly offered: readonly ServiceName[];
  /** How long a call waits for a database that is away, in milliseconds. */
  readonly databaseWaitMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const ADDING: readonly string[] = ['addEvent', 'addEvents'] satisfies MethodName[];

/** Who sent a message, and how it may be answered. */
export type Caller = Pick<Call, 'principal' | 'signal' | 'peer' | 'openChannel' | 'wire'>;

/** A call as its envelope understood it. */
export interface MethodRequest {
  readonly method: string;
  /** What the params must fit. */
  readonly schema: SchemaName;
  readonly params: unknown;
  readonly paramsText: () => ParamsText;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  isOffered(method: string): method is MethodName {
    if (!Object.hasOwn(methods, method)) return false;
    const { services } = methodTable[method as MethodName] as {
      readonly services?: readonly ServiceName[];
    };
    return services?.some((service) => this.offers(service)) ?? true;
  }

  offers(service: ServiceName): boolean {
    return this.#options.offered.includes(service);
  }

  /**
   * Carries out one call. `understand` reads the rest of the envelope; what it throws is counted as the call's own
   * failure. Rejects with errors of the table only. Not async up to the method, so that calls enter the generator in
   * the order in which they came, and so that nothing here keeps a request in memory while its call waits.
   */
  carryOut(
    method: string,
    understand: () => { request: MethodRequest; caller: Caller },
  ): Promise<Result> {
    let running: Promise<Result>;
    try {
      const { request, caller } = understand();
      running = Promise.resolve(this.#begin(request, caller));
    } catch (error) {
      running = Promise.reject(error);
    }
    return this.#observe(Object.hasOwn(methods, method) ? method : 'unknown', running);
  }

  #begin(
    { method, schema, params, paramsText }: MethodRequest,
    caller: Caller,
  ): Promise<Result> | Result {
    if (!this.isOffered(method)) throw new ServiceError('UnknownMethod');
    const { scope } = methodTable[method];
    if (scope !== 'any') requireRight(caller.principal, scope);
    if (Array.isArray(params)) {
      throw new ServiceError('InvalidRequest', {
        message: 'params: go by name here',
        details: { in: 'params' },
      });
    }
    const valid = validate(schema, params);
    const drafts = draftsOf(method, paramsText());
    const call = { ...caller, params: valid, drafts };
    const { services, databaseWaitMs } = this.#options;
    // Those wait in their queue, where they keep their order.
    if (ADDING.includes(method)) return methods[method](services, call);
    return whileAway(databaseWaitMs, () => methods[method](services, call));
  }

  async #observe(method: string, running: Promise<Result>): Promise<Result> {
    const { metrics, logger } = this.#options;
    const startedMs = systemClock.monotonicMs();
    const count = (outcome: string) => {
      metrics.calls.inc({ method, outcome });
      metrics.callSeconds.observe({ method }, (systemClock.monotonicMs() - startedMs) / 1000);
    };
    try {
      const result = await running;
      count('ok');
      return result;
    } catch (thrown) {
      const error = toServiceError(thrown);
      count(error.code);
      if (isOurs(error)) logger.error({ error, method }, 'A call failed.');
      throw error;
    }
  }
}
