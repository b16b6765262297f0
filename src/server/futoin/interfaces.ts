// The FutoIn interfaces that are served, and in which versions: the `f` of a call names interface, version and
// function (FTN3). Every minor version up to ours is served, of the same major one.
import { ServiceError } from '../../contract/errors.ts';
import { futoinTable } from '../../contract/generated/futoin-table.ts';
import { BATCH_BYTES_MAX, FUTOIN_REQUEST_BYTES_MAX } from '../../contract/limits.ts';
import type { SchemaName } from '../../contract/validate.ts';
import type { ServiceName } from '../rpc/dispatcher.ts';
import type { WireLimits } from '../rpc/wire-limits.ts';

/** The function that a call asks for. */
export interface Target {
  readonly method: string;
  readonly schema: SchemaName;
  readonly wire: WireLimits;
  /** The version in which the server calls the client's receiver. */
  readonly receiverVersion: string;
}

/** FTN18's EventType. */
const TYPE = /^[A-Z_]{1,16}$/;
const VERSION = /^(\d{1,4})\.(\d{1,4})$/;

/** What is around the events of a message, amply. */
const ENVELOPE_BYTES = 1024;

const WIRE: WireLimits = {
  canCarry: (type) => TYPE.test(type),
  answerBytesMax: BATCH_BYTES_MAX,
  tellsRange: false,
};
/** Answers of 8 MiB came with 1.1; before, a client takes no more than FTN3's general limit. */
const WIRE_1_0: WireLimits = { ...WIRE, answerBytesMax: FUTOIN_REQUEST_BYTES_MAX - ENVELOPE_BYTES };

/** Which service an interface belongs to; one that is not offered does not exist here. */
const SERVICES: Readonly<Record<string, ServiceName | null>> = {
  'futoin.evt.gen': 'generator',
  'futoin.evt.poll': 'poll',
  'futoin.evt.push': 'push',
  'futoin.ping': null,
};

/** Throws `InvalidRequest`, `UnknownMethod`, `NotSupportedVersion`. */
export function targetOf(f: unknown, offers: (service: ServiceName) => boolean): Target {
  const [name, version, method, ...more] = typeof f === 'string' ? f.split(':') : [];
  if (name === undefined || version === undefined || method === undefined || more.length > 0) {
    throw invalid('f: must be INTERFACE:VERSION:FUNCTION');
  }
  const offered = functionsOf(name, offers);
  const minor = requireVersion(name, version, offered.version);
  if (!offered.functions.includes(method)) throw invalid(`f: ${name} has no such function`);
  return {
    method,
    schema: `futoin/${name}.${method}` as SchemaName,
    wire: minor === 0 ? WIRE_1_0 : WIRE,
    receiverVersion: `1.${minor}`,
  };
}

function functionsOf(
  name: string,
  offers: (service: ServiceName) => boolean,
): { version: string; functions: readonly string[] } {
  const service = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  if (service === undefined || (service !== null && !offers(service))) {
    throw new ServiceError('UnknownMethod', { message: 'There is no such interface here.' });
  }
  return futoinTable[name as keyof typeof futoinTable];
}

/** The requested minor version. */
function requireVersion(name: string, requested: string, ours: string): number {
  const [, major, minor] = VERSION.exec(requested) ?? [];
  if (major === undefined || minor === undefined) throw invalid('f: a version is MAJOR.MINOR');
  const [ourMajor, ourMinor] = ours.split('.').map(Number);
  if (Number(major) !== ourMajor || Number(minor) > (ourMinor as number)) {
    throw new ServiceError('NotSupportedVersion', {
      message: `${name} is served here up to version ${ours}.`,
    });
  }
  return Number(minor);
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidRequest', { message });
}
