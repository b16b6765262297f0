// Turns `unknown` from outside into the types of the contract; nothing behind it checks again.
import { ServiceError } from './errors.ts';
import { propertyValidators, validators } from './generated/validators.ts';
import type { SchemaFault, Validator } from './validator.ts';

export type SchemaName = keyof typeof validators;

/** True when the value fits the schema. */
export function fits(name: SchemaName, value: unknown): boolean {
  return validators[name](value);
}

/** True when the value fits what a FutoIn function says of this parameter; null when it says nothing. */
export function fitsProperty(schema: string, property: string, value: unknown): boolean | null {
  const name = `${schema}#${property}`;
  if (!Object.hasOwn(propertyValidators, name)) return null;
  return propertyValidators[name as keyof typeof propertyValidators](value);
}

/** The value as the schema's type, or `InvalidRequest` that names the first place that breaks it. */
export function validate<T>(name: SchemaName, value: unknown): T {
  const validator = validators[name];
  if (validator(value)) return value as T;
  throw new ServiceError('InvalidRequest', {
    message: describe(validator),
    details: { in: 'params' },
  });
}

function describe(validator: Validator): string {
  const errors = validator.errors ?? [];
  const error = mostTelling(errors);
  if (error === undefined) return 'The parameters break the schema.';
  const path = error.instancePath.slice(1).replaceAll('/', '.') || 'params';
  if (error.keyword === 'additionalProperties') {
    return `${path}: unknown parameter ${JSON.stringify(error.params.additionalProperty)}`;
  }
  const ways = errors.filter((each) => each.instancePath === error.instancePath).flatMap(wayToBe);
  // One of several that a value may be is no more wrong than the others.
  const rule = isWayToBe(error) ? [...new Set(ways)].join(', or ') : error.message;
  return `${path}: ${rule}`;
}

function isWayToBe({ keyword }: SchemaFault): boolean {
  return keyword === 'enum' || keyword === 'type';
}

function wayToBe(error: SchemaFault): string[] {
  if (!isWayToBe(error)) return [];
  const { allowedValues } = error.params;
  return Array.isArray(allowedValues)
    ? [`must be one of ${allowedValues.map((value) => JSON.stringify(value)).join(', ')}`]
    : [error.message];
}

/** Where a value may be one of several, each way to break it is listed: the deepest place tells most. */
function mostTelling(errors: readonly SchemaFault[]): SchemaFault | undefined {
  const depth = (error: SchemaFault) => error.instancePath.split('/').length;
  return errors
    .filter((error) => error.keyword !== 'oneOf')
    .reduce<SchemaFault | undefined>(
      (best, error) => (best === undefined || depth(error) >= depth(best) ? error : best),
      undefined,
    );
}
