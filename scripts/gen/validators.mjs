// Validators that ajv compiles ahead, so that no process loads it or compiles schemas when it starts. ajv holds the
// schemas against the meta-schema here, too, and refuses what it does not know.
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';

const banner = `// Generated from specs/ by \`npm run gen\`; do not edit. The code is what ajv makes of the schemas
// (https://ajv.js.org, MIT License, Copyright (c) 2015-2021 Evgeny Poberezkin), and has no types.
// @ts-nocheck
`;
/** What ajv's code takes from ajv when it runs, and what `contract/validator.ts` has instead. */
const INSTEAD = { equal: 'isSameJson', ucs2length: 'characterCount' };
const TAKEN = /require\("ajv\/dist\/runtime\/(\w+)"\)\.default/g;

/** Of what comes from outside. What a method answers is ours, and nothing checks it. */
export function contractValidators(schemas) {
  const ajv = compiler({ allErrors: false });
  for (const schema of Object.values(schemas)) ajv.addSchema(schema);
  const checked = Object.entries(schemas).filter(([name]) => !name.endsWith('.result'));
  const whole = checked.map(([name, { $id }]) => [name, $id]);
  const properties = checked
    .filter(([name]) => name.startsWith('futoin/'))
    .flatMap(([name, schema]) =>
      Object.keys(schema.properties).map((key) => [
        `${name}#${key}`,
        `${schema.$id}#/properties/${key}`,
      ]),
    );
  const { code, nameOf } = codeOf(ajv, '../validator.ts', [...whole, ...properties]);
  return `${code}
/** By the schema's name. */
${tableOf('validators', whole, nameOf)}
/** By the schema's name, # and the property's. */
${tableOf('propertyValidators', properties, nameOf)}`;
}

/** Of the settings: finds all mistakes and not only the first one. */
export function settingsValidator(schema) {
  const ajv = compiler({ allErrors: true });
  for (const keyword of ['env', 'unit', 'secret', 'flag']) ajv.addKeyword(keyword);
  ajv.addSchema(schema);
  const { code, nameOf } = codeOf(ajv, '../../contract/validator.ts', [['settings', schema.$id]]);
  return `${code}\nexport const areSettings: Validator = ${nameOf('settings')};\n`;
}

function compiler(options) {
  const code = { source: true, esm: true, lines: true };
  return new Ajv2020({ strict: true, allowUnionTypes: true, code, ...options });
}

/** The functions for `rows` of names and ids of schemas, and what each is called. */
function codeOf(ajv, runtime, rows) {
  const variables = new Map(rows.map(([name], place) => [name, `validator${place}`]));
  const idByVariable = Object.fromEntries(rows.map(([name, id]) => [variables.get(name), id]));
  const written = standalone.default(ajv, idByVariable);
  const code = withoutUnused(
    written.replace('"use strict";', '').replaceAll('export const', 'const'),
  );
  const taken = [...new Set([...code.matchAll(TAKEN)].map(([, name]) => INSTEAD[name]))].sort();
  const own = code.replaceAll(TAKEN, (_, name) => INSTEAD[name]);
  if (own.includes('require(')) throw new Error('ajv takes something that INSTEAD does not have');
  return {
    code: `${banner}import { ${[...taken, 'type Validator'].join(', ')} } from '${runtime}';\n\n${own}`,
    nameOf: (name) => variables.get(name),
  };
}

/** ajv writes out every schema whole; most of the functions need nothing of it. */
function withoutUnused(code) {
  const isUsed = (schema) => code.match(new RegExp(`\\b${schema}\\b`, 'g')).length > 1;
  return code
    .split('\n')
    .filter((line) => {
      const schema = /^const (schema\d+) = /.exec(line)?.[1];
      return schema === undefined || isUsed(schema);
    })
    .join('\n');
}

function tableOf(constant, rows, nameOf) {
  const keys = rows.map(([name]) => `\n  | '${name}'`).join('');
  const members = rows.map(([name]) => `\n  '${name}': ${nameOf(name)},`).join('');
  return `export const ${constant}: Readonly<Record<${keys},\n  Validator\n>> = {${members}\n};\n`;
}
