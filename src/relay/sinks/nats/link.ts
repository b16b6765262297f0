// A connection to NATS, from a sink's opening to its closing. It does not mend itself: what was under way when it broke
// may have been stored or not, and only a new look at the JetStream stream tells.
import { readFile } from 'node:fs/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { ConnectionOptions, MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { loadOptional } from '../../../base/optional-package.ts';
import { reasonOf, sinkUnavailable } from '../refusals.ts';
import type { NatsPlace } from './settings.ts';

/** How long it takes at most to connect to one server, and until a message is acknowledged. */
export const ANSWER_MS_MAX = 5000;
/** While a cluster has no leader nobody answers, and it is asked anew. */
const LOOK_MS_MAX = 2000;

export interface NatsLink {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly newHeaders: () => MsgHdrs;
  /** The largest message with its headers that the server takes. */
  readonly bytesMax: number;
  /** Whatever is under way fails. */
  close(): Promise<void>;
}

/** Rejects with a sentence that says to where there was no way, and why. */
export async function openLink(title: string, place: NatsPlace): Promise<NatsLink> {
  const transport = await load('@nats-io/transport-node', () => import('@nats-io/transport-node'));
  const jetStream = await load('@nats-io/jetstream', () => import('@nats-io/jetstream'));
  let connection: NatsConnection | undefined;
  try {
    const { credsFile } = place.access;
    const creds = credsFile === undefined ? null : await readFile(credsFile);
    connection = await transport.connect({
      ...optionsOf(place),
      ...(creds && { authenticator: transport.credsAuthenticator(creds) }),
    });
    const manager = await jetStream.jetstreamManager(connection, { timeout: LOOK_MS_MAX });
    const opened = connection;
    return {
      client: jetStream.jetstream(opened),
      manager,
      newHeaders: transport.headers,
      bytesMax: opened.info?.max_payload ?? Number.POSITIVE_INFINITY,
      close: () => opened.close(),
    };
  } catch (cause) {
    await connection?.close();
    const where = place.servers.join(', ');
    throw sinkUnavailable(title, `cannot use JetStream at ${where}: ${reasonOf(cause)}`, cause);
  }
}

function optionsOf({ servers, access }: NatsPlace): ConnectionOptions {
  const { user, password, token, caFile, certFile, keyFile } = access;
  const files = {
    ...(caFile && { caFile }),
    ...(certFile && { certFile }),
    ...(keyFile && { keyFile }),
  };
  const isTls = Object.keys(files).length > 0 || servers.some((each) => each.startsWith('tls:'));
  return {
    servers: [...servers],
    name: 'aftercommit',
    reconnect: false,
    timeout: ANSWER_MS_MAX,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(isTls && { tls: files }),
  };
}

function load<T>(name: string, loading: () => Promise<T>): Promise<T> {
  const install = '@nats-io/transport-node @nats-io/jetstream';
  return loadOptional({ says: 'A sink of type nats needs', name, install }, loading);
}
