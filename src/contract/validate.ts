// Turns `unknown` from outside into the types of the contract; nothing behind it checks again.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { ServiceError } from './errors.ts';
import { schemas } from './generated/schemas.ts';

export type SchemaName = keyof typeof schemas;

const ajv = new Ajv2020({
  allErrors: false,
  strict: true,
  allowUnionTypes: true,
  coerceTypes: false,
  // A test holds the schemas against the meta-schema; to compile that takes a seventh of a node's start.
  meta: false,
  validateSchema: false,
});
for (const schema of Object.values(schemas)) ajv.addSchema(schema);
const compiled = new Map<SchemaName, ValidateFunction>();

function validatorOf(name: SchemaName): ValidateFunction {
  let validator = compiled.get(name);
  if (validator === undefined) {
    validator = ajv.getSchema(schemas[name].$id) as ValidateFunction;
    compiled.set(name, validator);
  }
  return validator;
}

export function isSchemaName(name: string): name is SchemaName {
  return Object.hasOwn(schemas, name);
}

/** True when the value fits the schema. */
export function fits(name: SchemaName, value: unknown): boolean {
  return validatorOf(name)(value);
}

/** True when the value fits what the schema says of this property; null when it says nothing. */
export function fitsProperty(name: SchemaName, property: string, value: unknown): boolean | null {
  const schema = schemas[name] as { $id: string; properties?: object };
  if (!Object.hasOwn(schema.properties ?? {}, property)) return null;
  return (ajv.getSchema(`${schema.$id}#/properties/${property}`) as ValidateFunction)(
    value,
  ) as boolean;
}

/** The value as the schema's type, or `InvalidRequest` that names the first place that breaks it. */
export function validate<T>(name: SchemaName, value: unknown): T {
  const validator = validatorOf(name);
  if (validator(value)) return value as T;
  throw new ServiceError('InvalidRequest', {
    message: describe(validator),
    details: { in: 'params' },
  });
}

function describe(validator: ValidateFunction): string {
  const error = mostTelling(validator.errors ?? []);
  if (error === undefined) return 'The parameters break the schema.';
  const path = error.instancePath.slice(1).replaceAll('/', '.') || 'params';
  if (error.keyword === 'additionalProperties') {
    return `${path}: unknown parameter ${JSON.stringify(error.params.additionalProperty)}`;
  }
  return `${path}: ${error.message ?? 'does not fit the schema'}`;
}

/** Where a value may be one of several, each way to break it is listed: the deepest place tells most. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const depth = (error: ErrorObject) => error.instancePath.split('/').length;
  return errors
    .filter((error) => error.keyword !== 'oneOf')
    .reduce<ErrorObject | undefined>(
      (best, error) => (best === undefined || depth(error) >= depth(best) ? error : best),
      undefined,
    );
}
