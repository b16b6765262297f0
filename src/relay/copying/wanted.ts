// Which events a copy is to have, by their types and times.
import { firstMillisecond } from '../../contract/time.ts';
import { type TypeFilter, wantFilter } from '../../feed/cut.ts';
import type { CopyTerms } from '../../store/copy-job.ts';

/** null = all of them. */
export function filterOf({
  types,
  since,
  until,
}: Pick<CopyTerms, 'types' | 'since' | 'until'>): TypeFilter | null {
  if (types === null && since === null && until === null) return null;
  const wanted = types === null ? { key: 'all', lets: () => true } : wantFilter(types);
  const from = since === null ? null : firstMillisecond(since);
  const to = until === null ? null : firstMillisecond(until);
  // In this form texts compare as the times do.
  const letsTime = (ts: string) => (from === null || ts >= from) && (to === null || ts < to);
  return { ...wanted, letsTime };
}
