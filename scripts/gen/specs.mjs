// Reads the hand-written contract in specs/ into one object.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const readJson = async (path) => JSON.parse(await readFile(path, 'utf8'));

async function readFolder(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.schema.json')).sort();
  return Promise.all(
    names.map(async (name) => [basename(name, '.schema.json'), await readJson(join(folder, name))]),
  );
}

async function readInterfaces(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map((name) => readJson(join(folder, name))));
}

/**
 * `{schemas, errors, methods, config, interfaces}`; schemas are keyed by their path below specs/schema, without
 * extension.
 */
export async function readSpecs(folder) {
  const nouns = await readFolder(join(folder, 'schema'));
  const methodSchemas = await readFolder(join(folder, 'schema/methods'));
  return {
    schemas: Object.fromEntries([
      ...nouns,
      ...methodSchemas.map(([name, schema]) => [`methods/${name}`, schema]),
    ]),
    errors: await readJson(join(folder, 'errors.json')),
    methods: await readJson(join(folder, 'methods.json')),
    config: await readJson(join(folder, 'config.schema.json')),
    interfaces: await readInterfaces(join(folder, 'futoin')),
    version: (await readJson(join(folder, '../package.json'))).version,
  };
}
