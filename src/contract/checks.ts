// What the options of published functions must be, in the client and inside a process alike. A browser carries no
// schemas, so what the wire says of names and ids stands here once more; a test holds the two equal.
import { type Check, valueProblem } from '../base/options.ts';
import { EVENTS_MAX } from './limits.ts';

/** The longest that a timer of JavaScript can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const TYPES_MAX = 100;
const EPOCH_MAX = 2 ** 31 - 1;

const EVENT_ID = /^(?:0|[1-9][0-9]{0,17})$/;
const EVENT_TYPE = /^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$/;
const TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

export const aFunction: Check = {
  rule: 'must be a function',
  fits: (value) => typeof value === 'function',
};
export const aText: Check = {
  rule: 'must be a string',
  fits: (value) => typeof value === 'string',
};
export const aBoolean: Check = {
  rule: 'must be true or false',
  fits: (value) => typeof value === 'boolean',
};
export const anything: Check = { rule: 'must be given', fits: () => true };

/** Known by its shape: some libraries bring a class of their own. */
export const aSignal: Check = {
  rule: 'must be an AbortSignal',
  fits: (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
};

export const aStream = matching(/^[a-z][a-z0-9_]{0,29}$/);
export const aComponent = matching(/^[A-Za-z0-9_]{1,64}$/);
export const aPrincipal = matching(/^[A-Za-z0-9_.-]{1,64}$/);
export const anIdempotencyKey: Check = {
  rule: 'must be 1 to 128 printable ASCII characters without spaces',
  fits: (value) => isMatch(/^[!-~]{1,128}$/, value),
};
export const anEventId: Check = {
  rule: 'must be an event id, a decimal string of at most 18 digits',
  fits: (value) => isMatch(EVENT_ID, value),
};
export const anEpoch = anInteger(1, EPOCH_MAX);
/** After how many tries. */
export const aTryCount = anInteger(1, 1000);
/** How many events at a time. */
export const aCount = anInteger(1, EVENTS_MAX);

export const aPosition: Check = {
  rule: "must be a position, as { id: '42', epoch: 1 }",
  fits: (value) => isObject(value) && positionFlaw(value) === null,
  flawOf: (value) => (isObject(value) ? positionFlaw(value) : null),
};

export const aWant: Check = {
  rule: `must be null or a list of 1 to ${TYPES_MAX} different event types`,
  fits: (value) => value === null || isListOfTypes(value),
};

export const aFrom: Check = {
  rule: "must be 'beginning', 'now', { id: '42' } or { time: '2026-11-20T21:32:25Z' }",
  fits: (value) => {
    return isObject(value) ? fromFlaw(value) === null : value === 'beginning' || value === 'now';
  },
  flawOf: (value) => (isObject(value) ? fromFlaw(value) : null),
};
const aTime: Check = {
  rule: "must be a time of UTC, as '2026-11-20T21:32:25Z'",
  fits: (value) => isMatch(TIME, value),
};

/** For a timer, which can wait neither for ever nor by a text. */
export function milliseconds(least: number, most = TIMER_MS_MAX): Check {
  return {
    rule: `must be a number of milliseconds from ${least}${most < Number.POSITIVE_INFINITY ? ` to ${most}` : ''}`,
    fits: (value) => typeof value === 'number' && value >= least && value <= most,
  };
}

export function anInteger(least: number, most: number): Check {
  return {
    rule: `must be an integer from ${least} to ${most}`,
    fits: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

export function oneOf(...values: readonly string[]): Check {
  return {
    rule: `must be ${values.map((value) => `'${value}'`).join(' or ')}`,
    fits: (value) => values.includes(value as string),
  };
}

export function orNull(check: Check): Check {
  return {
    ...check,
    rule: `${check.rule}, or null`,
    fits: (value) => value === null || check.fits(value),
  };
}

/** 1 to `most` of what the check lets through; `what` names these, as `event ids`. */
export function aListOf(check: Check, most: number, what: string): Check {
  const flawOf = (value: unknown) => {
    if (!Array.isArray(value)) return null;
    if (value.length < 1 || value.length > most) return `it has ${value.length}`;
    const wrong = value.findIndex((entry) => entry === undefined || !check.fits(entry));
    return wrong < 0 ? null : valueProblem(`entry ${wrong + 1}`, value[wrong], required(check));
  };
  return {
    rule: `must be a list of 1 to ${most} ${what}`,
    fits: (value) => Array.isArray(value) && flawOf(value) === null,
    flawOf,
  };
}

export function required(check: Check): Check {
  return { ...check, isRequired: true };
}

export function secret(check: Check): Check {
  return { ...check, isSecret: true };
}

function positionFlaw({ id, epoch }: Readonly<Record<string, unknown>>): string | null {
  if (id === undefined) return 'id is missing';
  if (epoch === undefined) return 'epoch is missing';
  return valueProblem('id', id, anEventId) ?? valueProblem('epoch', epoch, anEpoch);
}

function fromFlaw(value: Readonly<Record<string, unknown>>): string | null {
  const [name, ...others] = Object.keys(value);
  if (others.length === 0 && name === 'id')
    return valueProblem(name, value.id, required(anEventId));
  if (others.length === 0 && name === 'time')
    return valueProblem(name, value.time, required(aTime));
  return 'it has either id or time, and no other member';
}

function matching(pattern: RegExp): Check {
  return { rule: `must match ${pattern.source}`, fits: (value) => isMatch(pattern, value) };
}

function isMatch(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isListOfTypes(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > TYPES_MAX) return false;
  return new Set(value).size === value.length && value.every((type) => isMatch(EVENT_TYPE, type));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
