// Settings as they may be shown.
import { type Settings, settingFacts, settingNames } from './load.ts';

/** A copy with passwords and keys hidden; of a database URL everything but the password stays. */
export function redact(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    settingNames.map((name) => {
      const value = settings[name];
      // By name: a key may well look like a URL.
      const isHidden =
        settingFacts(name).secret && typeof value === 'string' && !name.endsWith('Url');
      return [name, isHidden ? '***' : redactItem(value)];
    }),
  );
}

/** Not `key` alone, which names a place in Redis, and not `keyFile`. */
const SECRET_MEMBER = /pass|token|secret|credential|auth|.key$/i;

/** What it may have is for others to know, so members are hidden by what their names and values look like. */
function redactItem(item: unknown): unknown {
  if (typeof item === 'string') return redactWhole(item);
  if (Array.isArray(item)) return item.map(redactItem);
  if (typeof item !== 'object' || item === null) return item;
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      SECRET_MEMBER.test(name) ? '***' : redactItem(value),
    ]),
  );
}

/** Of a text that is one URL, or a list of some. It may be one that cannot be read, with white space in it. */
function redactWhole(text: string): string {
  return redactUrl(text.replace(/^([a-z0-9+.-]+:\/\/[^:@]*:).*@/is, '$1***@'));
}

/** Hides the passwords of URLs in a text; up to the last `@`, since a password may hold one that is not encoded. */
export function redactUrl(text: string): string {
  return text
    .replace(/\b([a-z0-9]+:\/\/[^:@\s]*:)\S*@/gi, '$1***@')
    .replace(/([?&][a-z]*pass[a-z]*=)[^&\s]*/gi, '$1***');
}
