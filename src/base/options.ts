// What a type checker would have said of the options of a function, for whoever writes JavaScript: a misspelt name that
// is passed over in silence would do something else than was asked for.
//
// Some options are looked at for each call of a busy program: nothing is allocated unless something is wrong.

/** What the value of an option must be. */
export interface Check {
  /** Follows the option's name, as `must be a function`. */
  readonly rule: string;
  /** Is asked of values that were given. */
  readonly fits: (value: unknown) => boolean;
  /** It may not be left out. @default false */
  readonly isRequired?: boolean;
  /** What was given may be secret, and is not shown. @default false */
  readonly isSecret?: boolean;
  /** What is wrong inside of a value that does not fit, as `epoch is missing`; null: what was given is named. */
  readonly flawOf?: (value: unknown) => string | null;
}

/** A check for each option of an interface: the compiler sees to it that none is missing, or one too many. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>;

/**
 * The first thing that is wrong with the options; null = nothing. What is undefined counts as left out. Of inherited
 * names only those of the table are looked at: others may be a class's own, or somebody's on `Object.prototype`.
 */
export function optionProblem(
  options: unknown,
  checks: Readonly<Record<string, Check>>,
  noun = 'option',
): string | null {
  const given = (options === undefined ? NONE : options) as Readonly<Record<string, unknown>>;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    // Not shown: it may be what stands in an option elsewhere, such as an address with a key.
    return `an object of ${noun}s is needed, got ${typeof given === 'string' ? 'a string' : shown(given)}`;
  }
  for (const name in given) {
    if (Object.hasOwn(checks, name) || given[name] === undefined) continue;
    if (Object.hasOwn(given, name)) return unknownName(name, Object.keys(checks), noun);
  }
  for (const name in checks) {
    const problem = valueProblem(name, given[name], checks[name] as Check);
    if (problem !== null) return problem;
  }
  return null;
}

const NONE = {};

/** The sentence on one value; null = it fits. */
export function valueProblem(name: string, value: unknown, check: Check): string | null {
  if (value === undefined ? check.isRequired !== true : check.fits(value)) return null;
  if (check.isSecret) return `${name} ${check.rule}`;
  const flaw = check.flawOf?.(value) ?? null;
  return `${name} ${check.rule}${flaw === null ? `, got ${shown(value)}` : `: ${flaw}`}`;
}

/** `there is no option colur; perhaps colour is meant`. */
export function unknownName(name: string, known: readonly string[], noun: string): string {
  const what = `there is no ${noun} ${name.slice(0, SHOWN_MAX)}`;
  const same = sameAs(name, known);
  if (same !== undefined) return `${what}: it is ${same} here`;
  const near = known.find((each) => isNear(each, name));
  if (near !== undefined) return `${what}; perhaps ${near} is meant`;
  return known.length > LISTED_MAX ? what : `${what}, only ${known.join(', ')}`;
}

/** Whether one of these names is meant. */
export function isNearOne(name: string, known: readonly string[]): boolean {
  return sameAs(name, known) !== undefined || known.some((each) => isNear(each, name));
}

function sameAs(name: string, known: readonly string[]): string | undefined {
  return known.find((each) => plain(each) === plain(name));
}

const SHOWN_MAX = 64;
/** A longer list helps nobody. */
const LISTED_MAX = 16;

/** `last_id` and `LastId` are names of one thing. */
function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

/** True when one place of up to two letters is wrong, missing or too many; of one letter in a short name. */
function isNear(known: string, name: string): boolean {
  const shorter = Math.min(known.length, name.length);
  let head = 0;
  while (head < shorter && known[head] === name[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && known.at(-1 - tail) === name.at(-1 - tail)) tail += 1;
  return Math.max(known.length, name.length) - head - tail <= (known.length > 3 ? 2 : 1);
}

/** Enough to know one's own value by, on one line and of bounded length. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_MAX));
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
