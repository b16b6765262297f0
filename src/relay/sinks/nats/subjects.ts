// The subjects of a sink: `<prefix>.<stream>.<type>` for events, so that a type's own dots make levels that subscribers
// may choose by, and `<prefix>.<stream>` for what the sink notes of itself.

/** No type holds it. */
const NOTHING = '%';

/**
 * Another one for each type. NATS takes all characters of types but no level without any, as in `a..b`: such a one is
 * written as `%`.
 */
export function eventSubject(prefix: string, stream: string, type: string): string {
  const levels = type.split('.').map((level) => level || NOTHING);
  return `${prefix}.${stream}.${levels.join('.')}`;
}

export function noteSubject(prefix: string, stream: string): string {
  return `${prefix}.${stream}`;
}

/** Those of all events. */
export function eventSubjects(prefix: string, stream: string): string {
  return `${prefix}.${stream}.>`;
}

/** All that the JetStream stream has to take. */
export function sinkSubjects(prefix: string, stream: string): string[] {
  return [noteSubject(prefix, stream), eventSubjects(prefix, stream)];
}

/** True when every subject that `subject` stands for is one of the pattern's. */
export function covers(pattern: string, subject: string): boolean {
  const [wide, narrow] = [pattern.split('.'), subject.split('.')];
  for (const [nth, level] of wide.entries()) {
    const own = narrow[nth];
    if (own === undefined) return false;
    if (level === '>') return true;
    if (own === '>' || (level !== '*' && level !== own)) return false;
  }
  return wide.length === narrow.length;
}
