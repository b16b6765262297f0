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
  /** Where it is counted; its key may be another's by the time it goes. */
  readonly counter: string;
  session: Session;
}

const BEATS = 4;
/** So that a credential that is gone, or has expired, is not served for much longer. */
const REVIEW_MS = 250;
/** Of the time that a connection may last: they shall not all end at once, as they may have begun. */
const JITTER = 0.1;
/** A public id is no secret: who comes by one must take nobody else's place. */
const BY_PUBLIC_ID = 'by public id';
const PUBLIC_SHARE = 0.8;

export class Hub {
  readonly #options: HubOptions;
  readonly #clients = new Set<Client>();
  /** By principal; all who come by a public id together. */
  readonly #counts = new Map<string, number>();
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
  requireRoom(session: Session): void {
    if (this.#isClosed) {
      throw new ServiceError('ShuttingDown', { message: 'The streams of this node are closed.' });
    }
    if (this.#clients.size >= this.#options.limits.sseConnectionsMax) {
      throw new ServiceError('StreamsFull');
    }
    const placesMax = this.#placesMax(session);
    if ((this.#counts.get(counterOf(session)) ?? 0) < placesMax) return;
    const whose = session.keyKind === 'public' ? 'by public ids' : 'of one principal';
    const message = `At most ${placesMax} clients ${whose} are served here.`;
    throw new ServiceError('StreamsFull', { message });
  }

  #placesMax({ keyKind }: Session): number {
    const { sseConnectionsMax, ssePrincipalMax } = this.#options.limits;
    if (keyKind === 'public') return Math.ceil(sseConnectionsMax * PUBLIC_SHARE);
    // In open mode all are one.
    return keyKind === null ? sseConnectionsMax : ssePrincipalMax;
  }

  /** Counts a client until its connection is gone, as it may be already, and looks after it. */
  keep(connection: SseConnection, kind: string, session: Session): void {
    const client: Client = { connection, kind, counter: counterOf(session), session };
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

  #count({ kind, counter }: Client, step: 1 | -1): void {
    const count = (this.#counts.get(counter) ?? 0) + step;
    if (count > 0) this.#counts.set(counter, count);
    else this.#counts.delete(counter);
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

function counterOf({ keyKind, principal }: Session): string {
  return keyKind === 'public' ? BY_PUBLIC_ID : principal.name;
}
