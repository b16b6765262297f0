// FutoIn interfaces (FTN3) as what the server needs of them: which functions there are, and JSON Schemas of their
// parameters, so that one validator checks both envelopes.

const ID_BASE = 'https://aftercommit.dev/schema/futoin';

/** `{table, schemas}`: functions by interface, and schemas keyed `futoin/<interface>.<function>`. */
export function futoinContract(interfaces) {
  const byName = Object.fromEntries(interfaces.map((each) => [each.iface, each]));
  const table = {};
  const schemas = {};
  for (const name of Object.keys(byName).sort()) {
    const functions = functionsOf(byName, name);
    if (Object.keys(functions).length === 0) continue;
    table[name] = { version: byName[name].version, functions: Object.keys(functions).sort() };
    for (const [func, { params = {} }] of Object.entries(functions)) {
      const key = `futoin/${name}.${func}`;
      schemas[key] = {
        $id: `${ID_BASE}/${name}.${func}.schema.json`,
        ...paramsSchema(params, typesOf(byName, name)),
      };
    }
  }
  return { table, schemas };
}

/** Its own, inherited and imported ones; FTN3 1.3 and 1.5 let an interface import functions as well as types. */
function functionsOf(byName, name) {
  const { funcs = {}, inherit, imports = [] } = byName[name];
  const others = [...(inherit ? [inherit] : []), ...imports].map(nameOf);
  return Object.assign({}, ...others.map((other) => functionsOf(byName, other)), funcs);
}

function typesOf(byName, name) {
  const { types = {}, inherit, imports = [] } = byName[name];
  const others = [...(inherit ? [inherit] : []), ...imports].map(nameOf);
  return Object.assign({}, ...others.map((other) => typesOf(byName, other)), types);
}

const nameOf = (reference) => reference.split(':')[0];

function paramsSchema(params, types) {
  const entries = Object.entries(params).map(([name, param]) => [name, asType(param)]);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, type]) => [name, paramSchema(type, types)])),
    required: entries.filter(([, type]) => !('default' in type)).map(([name]) => name),
    additionalProperties: false,
  };
}

const asType = (written) => (typeof written === 'string' ? { type: written } : written);

function paramSchema(type, types) {
  const schema = typeSchema(type, types);
  return type.default === null ? { oneOf: [{ type: 'null' }, schema] } : schema;
}

function typeSchema({ type, regex, min, max, elemtype, minlen, maxlen, fields }, types) {
  switch (type) {
    case 'any':
      return {};
    case 'string':
      return { type, ...(regex === undefined ? {} : { pattern: regex }) };
    case 'boolean':
      return { type };
    case 'integer':
      return { type, ...bounds({ minimum: min, maximum: max }) };
    case 'array':
      return {
        type,
        items: typeSchema(asType(elemtype), types),
        ...bounds({ minItems: minlen, maxItems: maxlen }),
      };
    case 'map':
      return paramsSchema(fields, types);
    default:
      return typeSchema(asType(types[type]), types);
  }
}

function bounds(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
