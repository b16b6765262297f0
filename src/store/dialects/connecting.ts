// Makes a connection where a place says: to its one server, or to the one of several that is kept.

import type { Connected } from './servers.ts';
import type { AskLimits, ConnectionSettings, Place } from './source.ts';

/** What one connection is made to. */
export interface Target {
  readonly settings: ConnectionSettings;
  /** How long connecting may take, in milliseconds. */
  readonly connectMs: number;
  /** Only a server that takes writes will do: there are others. */
  readonly isOneOfMany: boolean;
}

export interface ConnectingTo<C> {
  readonly connect: (target: Target) => Promise<C>;
  /** Ends a connection without asking its server. */
  readonly cut: (connection: C) => void;
}

export async function connectAt<C>(
  { place, ...limits }: AskLimits & { readonly place: Place },
  { connect, cut }: ConnectingTo<C>,
): Promise<Connected<C>> {
  const { servers } = place;
  const { timeoutMs } = limits;
  if (servers === null) {
    const settings = await place.settings(limits);
    const connection = await connect({ settings, connectMs: timeoutMs, isOneOfMany: false });
    return { connection, isKept: () => true };
  }
  // One that says nothing must leave time for the next.
  const connectMs = timeoutMs / servers.urls.length;
  return servers.connect({
    connect: (url) => connect({ settings: url, connectMs, isOneOfMany: true }),
    cut,
  });
}
