// One call as the methods get it, what they work on, and who and what is meant by its params.

import { ServiceError } from '../../contract/errors.ts';
import type { Draft } from '../../contract/event.ts';
import type { Batch } from '../../contract/event-list.ts';
import type { Channel } from '../../delivery/channel.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import type { Generator } from '../../generator/generator.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type Principal, requireRight, requireStream } from '../auth/principal.ts';
import type { CopyDesk } from '../copy-desk.ts';
import type { KeyDesk } from '../key-desk.ts';
import type { WireLimits } from './wire-limits.ts';

/** What the methods work on. */
export interface MethodServices {
  /** Something may have been committed by SQL. */
  readonly onHint: (stream: string) => void;
  readonly generator: Generator;
  readonly delivery: Delivery;
  readonly copies: CopyDesk;
  readonly keys: KeyDesk;
  readonly batchMax: number;
  readonly metrics: Metrics;
  /** False: nobody registers, nobody reads with a cursor; only LIVE is served. */
  readonly allowReliable: boolean;
  /** False: events are pushed only. */
  readonly allowPolling: boolean;
}

/** Opens a path back to the caller, for one subscription; null where the caller cannot be called. */
export type OpenChannel = ((component: string, stream: string) => Channel) | null;

/** One call, as its envelope understood it. */
export interface Call {
  readonly principal: Principal;
  readonly params: unknown;
  /** The drafts of addEvent and addEvents, with data as the caller wrote it. */
  readonly drafts: readonly Draft[];
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
  /** The same for all calls of one connection. */
  readonly peer: object;
  readonly openChannel: OpenChannel;
  readonly wire: WireLimits;
}

/** JSON text, or the events of a poll. */
export type Result = string | Batch;

/** One method, whatever the envelope. */
export type Method = (services: MethodServices, call: Call) => Promise<Result> | Result;

/** The stream that is meant, which the caller may see. */
export function streamFor(call: Call): string {
  const stream = (call.params as { stream?: string }).stream ?? 'main';
  requireStream(call.principal, stream);
  return stream;
}

/** A component of the caller's own. */
export function consumerFor(
  call: Call,
  component: string,
): { principal: string; component: string } {
  return { principal: call.principal.name, component };
}

/** Throws where only LIVE is served. */
export function requireReliable({ allowReliable }: MethodServices): void {
  if (!allowReliable) throw notServed('Delivery with a cursor');
}

export function notServed(what: string): ServiceError {
  return new ServiceError('Unauthorized', { message: `${what} is switched off on this node.` });
}

/** Somebody's component; another's than the caller's own needs the right admin. */
export function ownerFor<P extends string | null>(
  call: Call,
  { component, principal }: { readonly component: string; readonly principal?: P },
): { principal: P | string; component: string } {
  const own = call.principal.name;
  const owner = principal === undefined ? own : principal;
  if (owner !== own) requireRight(call.principal, 'admin');
  return { principal: owner, component };
}
