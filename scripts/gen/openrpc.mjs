// The OpenRPC 1.3 document, put together from the method table, the schemas and the error table.
const NOUN = /^(?:\.\.\/)?([a-z-]+)\.schema\.json$/;

/** A copy with references to files turned into references to components, and without `$id`. */
function relinked(schema) {
  if (Array.isArray(schema)) return schema.map(relinked);
  if (schema === null || typeof schema !== 'object') return schema;
  const entries = Object.entries(schema).filter(([key]) => key !== '$id');
  return Object.fromEntries(
    entries.map(([key, value]) =>
      key === '$ref'
        ? [key, `#/components/schemas/${NOUN.exec(value)[1]}`]
        : [key, relinked(value)],
    ),
  );
}

function methodEntry(name, method, specs) {
  const params = relinked(specs.schemas[`methods/${name}.params`]);
  const required = new Set(params.required ?? []);
  return {
    name,
    summary: method.summary,
    ...(method.direction === 'client' ? { 'x-direction': 'server-to-client' } : {}),
    ...(method.scope ? { 'x-scope': method.scope } : {}),
    paramStructure: 'by-name',
    params: Object.entries(params.properties ?? {}).map(([param, schema]) => ({
      name: param,
      required: required.has(param),
      schema,
    })),
    result: { name: 'result', schema: relinked(specs.schemas[`methods/${name}.result`]) },
    errors: method.errors.map((code) => ({ $ref: `#/components/errors/${code}` })),
  };
}

export function openRpcDocument(specs) {
  const nouns = Object.entries(specs.schemas).filter(([name]) => !name.startsWith('methods/'));
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Aftercommit',
      version: specs.version,
      description: 'Reliable events from your SQL database.',
      license: { name: 'Apache-2.0' },
    },
    methods: Object.entries(specs.methods).map(([name, method]) =>
      methodEntry(name, method, specs),
    ),
    components: {
      schemas: Object.fromEntries(nouns.map(([name, schema]) => [name, relinked(schema)])),
      errors: Object.fromEntries(
        specs.errors.map((error) => [
          error.code,
          {
            code: error.jsonRpc,
            message: error.meaning,
            data: { code: error.code, retry: error.retry },
          },
        ]),
      ),
    },
  };
}
