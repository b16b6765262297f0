// What the judge is let loose on: a node of ours with a credentials file, or, with FUTOIN_TARGET=original in the
// environment, the original server on its own tables, which shows what a test of a fault is worth.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../../src/config/load.ts';
import {
  type CredentialPrincipal,
  sha256Of,
  writeCredentials,
} from '../../../src/server/credentials.ts';
import { createDatabase, type DatabaseKind } from '../../support/databases.ts';
import type { SqlSession } from '../../support/sql-session.ts';
import { startApp } from '../../support/start-app.ts';
import { makeOriginalTables, originalConfig } from './databases.ts';
import { buildSqlite } from './install.ts';
import { Judge } from './judge.ts';

/** Principals with their passwords; what `sec` says is `name:password`. */
const PASSWORDS = {
  evtuser: 'secret',
  other: 'other-secret',
  reader: 'reader-secret',
  admin: 'admin-secret',
};
const RIGHTS: Record<string, CredentialPrincipal['may']> = {
  reader: ['consume'],
  admin: ['admin'],
};
export const USER = 'evtuser:secret';
export const OTHER = 'other:other-secret';
/** May consume, and nothing else. */
export const READER = 'reader:reader-secret';
/** May everything on the own wire; to the original a user like others. */
export const ADMIN = 'admin:admin-secret';
export const HMAC_USER = 'hmacuser';
export const HMAC_KEY = Buffer.from('111222333444555666777888999000').toString('base64');

const isOriginal = process.env.FUTOIN_TARGET === 'original';

export interface Target {
  readonly kind: DatabaseKind;
  /** Without a scheme: `127.0.0.1:PORT/futoin`. */
  readonly place: string;
  /** As the clients want it said: they refuse plain http and ws. */
  readonly http: string;
  readonly ws: string;
  readonly databaseUrl: string;
  /** Inserts an event as an application's own transaction does; the data is JSON text. */
  insert(session: SqlSession, type: string, data: string): Promise<unknown>;
  /** What evt_consumers says the principal of USER is called. */
  readonly principal: string;
  /** Of futoin.evt.poll; the original's all in one application has no 1.1. */
  readonly pollVersion: string;
  /** Resolves when the server is gone without having been stopped. */
  readonly died: Promise<unknown>;
  stop(): Promise<void>;
}

export async function startTarget(
  kind: DatabaseKind,
  settings: Partial<Settings> = {},
): Promise<Target> {
  return isOriginal ? startOriginal(kind, settings) : startOurs(kind, settings);
}

async function startOurs(kind: DatabaseKind, settings: Partial<Settings>): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'aftercommit-futoin-'));
  const credentials = join(folder, 'credentials.json');
  writeCredentials(credentials, {
    principals: [
      ...Object.entries(PASSWORDS).map(([name, password]) => ({
        name,
        keys: [{ sha256: sha256Of(password) }],
        may: RIGHTS[name] ?? ['generate', 'consume'],
      })),
      { name: HMAC_USER, keys: [], hmacKey: HMAC_KEY, may: ['generate', 'consume'] },
    ],
  });
  const cleanUp = () => rm(folder, { recursive: true, force: true });
  const node = await startApp(kind, { credentials, ...settings }).catch(async (error) => {
    await cleanUp();
    throw error;
  });
  const place = `${new URL(node.url).host}/futoin`;
  return {
    kind,
    place,
    http: `secure+http://${place}`,
    ws: `secure+ws://${place}`,
    databaseUrl: node.settings.databaseUrl,
    insert: (session, type, data) => session.insertEvent(type, data),
    principal: 'evtuser',
    pollVersion: '1.1',
    died: new Promise(() => {}),
    stop: async () => {
      await node.stop();
      await cleanUp();
    },
  };
}

async function startOriginal(kind: DatabaseKind, settings: Partial<Settings>): Promise<Target> {
  if (kind === 'sqlite') await buildSqlite();
  const database = await createDatabase(kind);
  const server = await Judge.start();
  const stop = async () => {
    await server.kill();
    await database.drop();
  };
  try {
    await makeOriginalTables('active', kind, database.url);
    const port = await server.ask('serve', {
      database: originalConfig('EVT', kind, database.url),
      users: Object.entries(PASSWORDS),
      keys: [[HMAC_USER, HMAC_KEY]],
      path: '/futoin',
      options: {
        evtOptions: settings.queueMax === undefined ? {} : { queue_max: settings.queueMax },
        enableDiscarder: settings.discarder === true,
        discarderOptions: { poll_period_ms: 50 },
      },
    });
    const place = `127.0.0.1:${port}/futoin`;
    return {
      kind,
      place,
      http: `secure+http://${place}`,
      ws: `secure+ws://${place}`,
      databaseUrl: database.url,
      insert: (session, type, data) =>
        session.run(
          `insert into evt_queue (type, data, ts) values ('${type}', '${data}', current_timestamp)`,
        ),
      principal: '1',
      pollVersion: '1.0',
      died: server.exited,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
