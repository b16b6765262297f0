import type { Session } from '../../../src/server/auth/guard.ts';
import { LOCAL } from '../../../src/server/auth/principal.ts';
import type { SseConnection } from '../../../src/server/streams/connection.ts';
import { Hub } from '../../../src/server/streams/hub.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const openHub = () =>
  new Hub({
    guard: { version: 0 },
    metrics: createMetrics(),
    limits: { sseConnectionsMax: 1, ssePrincipalMax: 1, sseHeartbeatMs: 1000, sseConnectionMs: 0 },
  });
const session = (renewed: () => Session | null): Session => ({
  principal: LOCAL,
  keyKind: 'server',
  expiresAtMs: Number.POSITIVE_INFINITY,
  renewed,
});
const good: Session = session(() => good);

class Connection {
  readonly #gone = new AbortController();
  readonly closed = this.#gone.signal;
  end(): void {
    this.#gone.abort();
  }
}
const openConnection = () => new Connection() as unknown as SseConnection;

describe('the hub', () => {
  it('keeps no place for a client that was gone before it was let in', () => {
    const hub = openHub();
    const connection = openConnection();
    connection.end();
    hub.keep(connection, 'events', good);
    expect(() => hub.requireRoom(good)).not.toThrow();
    hub.keep(openConnection(), 'events', good);
    expect(() => hub.requireRoom(good)).toThrow('clients');
  });

  it('ends a connection whose key has gone while it was let in', () => {
    const connection = openConnection();
    openHub().keep(
      connection,
      'events',
      session(() => null),
    );
    expect(connection.closed.aborted).toBe(true);
  });
});
