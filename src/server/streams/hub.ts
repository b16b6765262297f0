// Who is connected to /streams/: how many may be, what each hears while nothing comes, and when it has to go.
//
// One beat for all of them: a timer of its own for each would wake the process a thousand times for a thousand clients.
import { systemClock } from '../../base/clock.ts';
import { whenAborted } from '../../base/on-abort.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Guard, Session } from '../auth/guard.ts';
import type { SseConnection } from './connection.ts';

export interface HubOptions {
  readonly guard: Pick<Guard, 'version'>;
  readonly metrics: Metrics;
  readonly limits: {
    readonly sseConnectionsMax: number;
    readonly ssePrincipalMax: number;
    readonly sseHeartbeatMs: number;
    readonly sseConnectionMs: number;
  };
}

interface Client {
  readonly connection: SseConnection;
  readonly kind: string;
  session: Session;
}

const BEATS = 4;
/** So that a credential that is gone, or has expired, is not served for much longer. */
const REVIEW_MS = 250;
/** Of the time that a connection may last: they shall not all end at once, as they may have begun. */
const JITTER = 0.1;

export class Hub {
  readonly #options: HubOptions;
  readonly #clients = new Set<Client>();
  readonly #countByPrincipal = new Map<string, number>();
  #timers: NodeJS.Timeout[] = [];
  #keysVersion = 0;
  #isClosed = false;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  start(): void {
    const { sseHeartbeatMs } = this.#options.limits;
    this.#keysVersion = this.#options.guard.version;
    this.#timers = [
      setInterval(() => this.#beat(), Math.max(1, Math.floor(sseHeartbeatMs / BEATS))),
      setInterval(() => this.#review(), REVIEW_MS),
    ];
  }

  /** Connections end with their calls. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Lets every client hear something now. */
  beatAll(): void {
    for (const { connection } of this.#clients) connection.beat(Number.POSITIVE_INFINITY);
  }

  /** Ends every connection, and takes no other. */
  close(): void {
    this.#isClosed = true;
    for (const { connection } of [...this.#clients]) connection.end();
  }

  /** Throws `StreamsFull` where nobody else finds room. */
  requireRoom({ principal }: Session): void {
    if (this.#isClosed) throw new ServiceError('ShuttingDown');
    const { sseConnectionsMax, ssePrincipalMax } = this.#options.limits;
    if (this.#clients.size >= sseConnectionsMax) throw new ServiceError('StreamsFull');
    const own = this.#countByPrincipal.get(principal.name) ?? 0;
    if (own < ssePrincipalMax) return;
    const message = `At most ${ssePrincipalMax} clients of one principal are served here.`;
    throw new ServiceError('StreamsFull', { message });
  }

  /** Counts a client until its connection is gone, as it may be already, and looks after it. */
  keep(connection: SseConnection, kind: string, session: Session): void {
    const client: Client = { connection, kind, session };
    this.#clients.add(client);
    this.#count(client, 1);
    const lasts = this.#timerFor(connection);
    const forget = () => {
      clearTimeout(lasts);
      this.#clients.delete(client);
      this.#count(client, -1);
    };
    whenAborted(connection.closed, forget);
    // Its key was looked at a while ago, and the keys may have been read again since then.
    this.#renew(client);
  }

  #count({ kind, session }: Client, step: 1 | -1): void {
    const { name } = session.principal;
    const count = (this.#countByPrincipal.get(name) ?? 0) + step;
    if (count > 0) this.#countByPrincipal.set(name, count);
    else this.#countByPrincipal.delete(name);
    this.#options.metrics.sseConnections.inc({ kind }, step);
  }

  #timerFor(connection: SseConnection): NodeJS.Timeout | undefined {
    const { sseConnectionMs } = this.#options.limits;
    if (sseConnectionMs === 0) return undefined;
    const ms = sseConnectionMs * (1 - JITTER + 2 * JITTER * Math.random());
    return setTimeout(() => connection.end(), ms).unref();
  }

  #beat(): void {
    const { sseHeartbeatMs } = this.#options.limits;
    const sinceMs = systemClock.monotonicMs() - sseHeartbeatMs;
    for (const { connection } of this.#clients) connection.beat(sinceMs);
  }

  /** A connection outlives the moment its key was looked at; the key may not. */
  #review(): void {
    const { version } = this.#options.guard;
    const isChanged = version !== this.#keysVersion;
    this.#keysVersion = version;
    const nowMs = Date.now();
    for (const client of this.#clients) {
      if (isChanged || client.session.expiresAtMs <= nowMs) this.#renew(client);
    }
  }

  #renew(client: Client): void {
    const renewed = client.session.renewed();
    if (renewed === null) client.connection.end();
    else client.session = renewed;
  }
}
