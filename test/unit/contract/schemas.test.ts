// The schemas are JSON Schema 2020-12. The product compiles them without asking, since that takes long at each start.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { configSchema } from '../../../src/config/generated/settings.ts';
import { schemas } from '../../../src/contract/generated/schemas.ts';

describe('what specs/ says', () => {
  const ajv = new Ajv2020({ strict: true });

  it.each(Object.entries(schemas))('of %s is a schema', (_, schema) => {
    expect([ajv.validateSchema(schema), ajv.errors]).toEqual([true, null]);
  });

  it('of settings is a schema', () => {
    expect([ajv.validateSchema(configSchema), ajv.errors]).toEqual([true, null]);
  });

  it('would be found out if it was none', () => {
    expect(ajv.validateSchema({ type: 'nothing' })).toBe(false);
  });
});
