// What `doctor` has found, as lines for people and as one JSON object for scripts.
import type { Examined, Found } from '../store/examination.ts';
import { findingTable, type Severity } from '../store/finding-table.ts';
import type { DatabaseName } from '../store/opening.ts';

/** One server of one of the two databases. */
export interface ExaminedServer extends Examined {
  readonly database: DatabaseName;
}

export type Tally = Readonly<Record<Severity, number>>;

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

export function tallyOf(servers: readonly ExaminedServer[]): Tally {
  const all = servers.flatMap(({ findings }) =>
    findings.map(({ id }) => findingTable[id].severity),
  );
  const count = (severity: Severity) => all.filter((each) => each === severity).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

export function linesOf(servers: readonly ExaminedServer[]): string[] {
  return servers.flatMap(({ database, host, product, findings }) => [
    `${database}  ${host}${product === null ? '' : `  ${product}`}`,
    ...(findings.length === 0 ? ['  nothing found'] : worstFirst(findings).flatMap(findingLines)),
    '',
  ]);
}

/** "1 error, 2 warnings". */
export function summaryOf(tally: Tally): string {
  return ORDER.map((severity) => counted(tally[severity], severity)).join(', ');
}

export function jsonOf(servers: readonly ExaminedServer[]): string {
  return JSON.stringify({
    ...tallyOf(servers),
    servers: servers.map(({ database, host, product, findings }) => ({
      ...{ database, host, product },
      findings: worstFirst(findings).map(({ id, ...told }) => ({
        id,
        ...findingTable[id],
        ...told,
      })),
    })),
  });
}

function findingLines({ id, found, mend, sql }: Found): string[] {
  const { severity, promise } = findingTable[id];
  return [
    `  ${severity}  ${id}`,
    `    found   ${found}`,
    `    breaks  ${promise}`,
    `    mend    ${mend}`,
    ...sql.map((statement) => `            ${statement};`),
  ];
}

function worstFirst(findings: readonly Found[]): Found[] {
  const rank = ({ id }: Found) => ORDER.indexOf(findingTable[id].severity);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
