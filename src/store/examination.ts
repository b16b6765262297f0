// Examines the servers of a database for `doctor`: each by a connection of its own, also where the service would not
// start, and each check by itself, so that one that fails hides nothing of the others.
import { loadWith } from './dialects/driver-package.ts';
import { placeOf } from './dialects/source.ts';
import { clockCheck } from './examining/clock-check.ts';
import { keysCheck } from './examining/keys-check.ts';
import { migrationsCheck } from './examining/migrations-check.ts';
import type { Check, ExaminationRequest, Found, Patient, Practice } from './examining/patient.ts';
import { amongRivals, type FoundAt, serversFound } from './examining/servers-check.ts';
import { sessionCheck } from './examining/session-check.ts';
import type { Standing } from './examining/standing.ts';
import { tablesCheck } from './examining/tables-check.ts';
import { hostOf } from './examining/where.ts';

export type { Found } from './examining/patient.ts';

/** What the rows of streams tell whoever examines the warehouse. */
interface OfStreams {
  /** Nothing is discarded before it is archived: there has to be a warehouse. */
  readonly requiresArchive: boolean;
  /** Those whose rename was begun and is not finished; null where nobody knows. */
  readonly movingStreams: readonly string[] | null;
}

const UNKNOWN: OfStreams = { requiresArchive: false, movingStreams: null };

/** What one server shows. */
export interface Examined extends OfStreams {
  /** Host and port, or the file. */
  readonly host: string;
  /** Name and version; null when it could not be connected to. */
  readonly product: string | null;
  readonly findings: readonly Found[];
}

const PRACTICES = {
  sqlite: async () => (await import('./dialects/sqlite/doctor/sqlite-doctor.ts')).sqliteDoctor,
  postgres: () =>
    loadWith(
      'postgres',
      async () => (await import('./dialects/postgres/doctor/postgres-doctor.ts')).postgresDoctor,
    ),
  mysql: () =>
    loadWith(
      'mysql',
      async () => (await import('./dialects/mysql/doctor/mysql-doctor.ts')).mysqlDoctor,
    ),
};

/** What is asked for; whether there are several servers, the URL says. `warehouseUrl` may be anywhere. */
export type ExaminationOptions = Omit<ExaminationRequest, 'isOneOfMany'>;

/** In the order of the URL. Rejects only for one that cannot be read. */
export async function examine(options: ExaminationOptions): Promise<Examined[]> {
  const { kind } = placeOf(options.url);
  let practice: Practice;
  try {
    practice = await PRACTICES[kind]();
  } catch (error) {
    const { message } = error as Error;
    const found: Found = { id: 'driver-missing', found: message, mend: 'Install it.', sql: [] };
    return [{ host: hostOf(options.url), product: null, findings: [found], ...UNKNOWN }];
  }
  const urls = serverUrls(options.url);
  const isOneOfMany = urls.length > 1;
  const warehouseUrls = options.warehouseUrl === undefined ? [] : serverUrls(options.warehouseUrl);
  const all = await Promise.all(
    urls.map((url) => {
      const warehouseUrl = warehouseUrls.find((each) => hostOf(each) === hostOf(url));
      return examineServer(practice, { ...options, url, isOneOfMany, warehouseUrl });
    }),
  );
  const standings = all.flatMap(({ standing }) => standing ?? []);
  const among = isOneOfMany ? serversFound(standings, urls.length) : [];
  return all.map(({ examined }) => ({
    ...examined,
    findings: withOthers(
      examined.findings.map((found) => (standings.length > 0 ? lessGrave(found) : found)),
      foundAt(examined.host, among),
    ),
  }));
}

function foundAt(host: string, among: readonly FoundAt[]): Found[] {
  return among.filter(([at]) => at === host).map(([, found]) => found);
}

/** That there is another writer comes first: what else is to be done depends on which of them is the true one. */
function withOthers(own: readonly Found[], among: readonly Found[]): Found[] {
  const rivals = among.filter(({ id }) => id === 'several-writers');
  const others = among.filter(({ id }) => id !== 'several-writers');
  return [...rivals, ...(rivals.length > 0 ? own.map(amongRivals) : own), ...others];
}

function serverUrls(url: string): readonly string[] {
  return placeOf(url).servers?.urls ?? [url];
}

/** Of several servers others are there. */
function lessGrave(found: Found): Found {
  return found.id === 'unreachable' ? { ...found, id: 'server-away' } : found;
}

interface ExaminedServer {
  readonly examined: Examined;
  /** null when it could not be asked. */
  readonly standing: Standing | null;
}

async function examineServer(
  practice: Practice,
  request: ExaminationRequest,
): Promise<ExaminedServer> {
  const host = hostOf(request.url);
  let patient: Patient;
  try {
    patient = await practice.connect(request);
  } catch (error) {
    const findings = [practice.refusal(error, request.url)];
    return { examined: { host, product: null, findings, ...UNKNOWN }, standing: null };
  }
  try {
    const findings: Found[] = [];
    let standing: Standing | null = null;
    const standingCheck: Check = {
      subject: 'what it is among the others',
      look: async () => {
        const among = request.isOneOfMany ? await practice.standing?.(patient) : undefined;
        if (among !== undefined) standing = { host, ...among };
        return [];
      },
    };
    const checks = [
      ...[migrationsCheck, tablesCheck, keysCheck, clockCheck],
      ...[...practice.checks, standingCheck, sessionCheck],
    ];
    const ofStreams = await toldByStreams(patient).catch(() => UNKNOWN);
    // One after the other: they share a connection.
    for (const check of checks) findings.push(...(await carryOut(check, patient, practice)));
    const { product } = patient;
    return {
      examined: { host, product, findings: withDamageOnce(findings), ...ofStreams },
      standing,
    };
  } finally {
    await patient.close();
  }
}

async function toldByStreams(patient: Patient): Promise<OfStreams> {
  const { database } = patient.request;
  if (database === 'warehouse' || (await patient.tablesAmong(['evt_streams'])).size === 0)
    return UNKNOWN;
  const rows = await patient.ask('select * from evt_streams');
  return {
    requiresArchive: rows.some(({ archive_required: required }) => Number(required) === 1),
    // The column came later.
    movingStreams: rows.filter((row) => (row.moving_to ?? null) !== null).map(({ name }) => name),
  };
}

/** Each check that meets damaged pages tells it; the last has read all of them. */
function withDamageOnce(findings: readonly Found[]): Found[] {
  const last = findings.findLast(({ id }) => id === 'file-damaged');
  return findings.filter((found) => found.id !== 'file-damaged' || found === last);
}

async function carryOut(
  check: Check,
  patient: Patient,
  practice: Practice,
): Promise<readonly Found[]> {
  try {
    return await check.look(patient);
  } catch (error) {
    const damage = practice.damage?.(error) ?? null;
    if (damage !== null) return [damage];
    const words = (error as Error).message.replace(/\s+/g, ' ').trim();
    const found = `It could not be looked at ${check.subject}: ${words}`;
    return [{ id: 'check-failed', found, mend: 'Mend what it says, and run it again.', sql: [] }];
  }
}
