// TypeScript that is derived from specs/.
import { compile } from 'json-schema-to-typescript';

const banner = '// Generated from specs/ by `npm run gen`; do not edit.\n\n';
const compileOptions = (cwd) => ({
  bannerComment: '',
  cwd: `${cwd}/`,
  additionalProperties: false,
  unknownAny: true,
  format: true,
  style: { singleQuote: true, printWidth: 100 },
});

export function constantModule(name, value) {
  return `${banner}export const ${name} = ${JSON.stringify(value, null, 2)} as const;\n`;
}

/** One interface or type a noun, from every schema at once so that shared nouns are declared once. */
export async function contractTypes(specs, cwd) {
  const names = Object.keys(specs.schemas);
  const everything = {
    title: 'Contract',
    type: 'object',
    additionalProperties: false,
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `${name}.schema.json` }])),
  };
  return banner + (await compile(everything, 'Contract', compileOptions(cwd)));
}

export async function settingsTypes(specs) {
  const types = await compile(specs.config, 'Settings', compileOptions('.'));
  const schema = `export const configSchema = ${JSON.stringify(specs.config, null, 2)} as const;\n`;
  return `${banner}${types}\n${schema}`;
}
