// `aftercommit doctor --json` as a test asks for it.
import type { FindingId, Severity } from '../../../src/store/finding-table.ts';
import { cli } from '../run-cli.ts';

export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly promise: string;
  readonly found: string;
  readonly mend: string;
  readonly sql: readonly string[];
}

export interface Server {
  readonly database: 'active' | 'warehouse';
  readonly host: string;
  readonly product: string | null;
  readonly findings: readonly Finding[];
}

export interface Diagnosis {
  readonly code: number;
  readonly error: number;
  readonly warning: number;
  readonly note: number;
  readonly servers: readonly Server[];
  /** Of all servers. */
  readonly findings: readonly Finding[];
  readonly ids: readonly FindingId[];
}

const NO_WAREHOUSE = 'sqlite:/nowhere/warehouse.db';

/** Of this active database, and unless it is named no warehouse. */
export async function diagnose(
  url: string,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Diagnosis> {
  const { code, stdout, stderr } = await cli(['doctor', '--json', ...flags], {
    env: { EVT_DATABASE_URL: url, EVT_WAREHOUSE_URL: NO_WAREHOUSE, ...env },
  });
  if (stdout === '') throw new Error(stderr);
  const told = JSON.parse(stdout);
  const findings = (told.servers as Server[]).flatMap((server) => server.findings);
  return { code, ...told, findings, ids: findings.map(({ id }) => id) };
}

/** What is found of this kind. */
export async function foundOf(
  id: FindingId,
  url: string,
  env?: Readonly<Record<string, string>>,
): Promise<readonly Finding[]> {
  return (await diagnose(url, env)).findings.filter((finding) => finding.id === id);
}
