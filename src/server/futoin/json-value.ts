// What MessagePack and CBOR can say and JSON cannot is refused here, rather than changed in silence.
import { ServiceError } from '../../contract/errors.ts';
import { MESSAGE_DEPTH_MAX } from '../../contract/limits.ts';

/** The value with every integer as a number; decoders give 64-bit ones as bigint. Throws `InvalidRequest`. */
export function requireJsonValue(value: unknown, depth = 0): unknown {
  if (depth > MESSAGE_DEPTH_MAX) throw refused(`it nests deeper than ${MESSAGE_DEPTH_MAX}`);
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw refused('NaN and infinity are no JSON numbers');
      return value;
    case 'bigint':
      if (!Number.isSafeInteger(Number(value))) throw refused('an integer is beyond 2^53-1');
      return Number(value);
    case 'object':
      return value === null ? null : ofObject(value, depth + 1);
    default:
      throw refused('it holds what JSON has no word for');
  }
}

function ofObject(value: object, depth: number): unknown {
  if (Array.isArray(value)) return value.map((item) => requireJsonValue(item, depth));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refused('binary data, dates and extensions are no JSON');
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, requireJsonValue(item, depth)]),
  );
}

function refused(reason: string): ServiceError {
  return new ServiceError('InvalidRequest', {
    message: `The message cannot be taken as JSON: ${reason}.`,
  });
}
