// Who reads: a consumer is a component of a principal, and its ident joins the two.

/** Delivery without a cursor; reserved, so no consumer is ever registered under it. */
export const LIVE = 'LIVE';
/** The principal of consumers inside the process. No credential can have this name, so nobody on the network is it. */
export const INTERNAL = 'internal';
/** The archiver's own consumer. No principal can own it: a principal's ident always holds a colon. */
export const ARCHIVER = 'ARCHIVER';

/** The consumer that the state of a stream is made by. */
export const STATE = 'STATE';

/**
 * The consumer of a sink, which no principal can own either. A name is as long as lets this be a component's.
 */
export function sinkIdent(name: string): string {
  return `SINK_${name}`;
}

const COPY = 'COPY_';

/** The consumer of a copy, where its events come from. Copies of one name into several places differ by their id. */
export function copyIdent({ name, id }: { readonly name: string; readonly id: string }): string {
  return `${COPY}${name.replace(/[.-]/g, '_')}_${id}`;
}

export function isOfCopy(ident: string): boolean {
  return isOwn(ident) && ident.startsWith(COPY);
}

export interface ConsumerName {
  /** null for the service's own consumers. */
  readonly principal: string | null;
  readonly component: string;
}

/** A consumer is known by `principal:component`; neither part can hold a colon. */
export function identOf(name: ConsumerName): string {
  return name.principal === null ? name.component : `${name.principal}:${name.component}`;
}

export function parseIdent(ident: string): ConsumerName {
  const colon = ident.indexOf(':');
  if (colon < 0) return { principal: null, component: ident };
  return { principal: ident.slice(0, colon), component: ident.slice(colon + 1) };
}

/** True for one of the service's own. */
export function isOwn(ident: string): boolean {
  return !ident.includes(':');
}

/** True when it has neither acknowledged anything nor been without something to acknowledge for longer than allowed. */
export function isStale(times: { idleMs: number; lagMs: number }, staleMs: number): boolean {
  return Math.min(times.idleMs, times.lagMs) > staleMs;
}
