// Who may import whom: the table of ARCHITECTURE.md as rules. The rooms of src, in the order an event passes them.
const MAY_IMPORT = {
  base: [],
  contract: ['base'],
  telemetry: ['base'],
  config: ['base', 'contract'],
  store: ['base', 'contract', 'telemetry'],
  generator: ['base', 'contract', 'telemetry', 'config', 'store'],
  feed: ['base', 'contract', 'telemetry', 'config', 'store'],
  retention: ['base', 'contract', 'telemetry', 'config', 'store'],
  state: ['base', 'contract', 'telemetry', 'config', 'store', 'feed'],
  relay: ['base', 'contract', 'telemetry', 'config', 'store', 'feed', 'state'],
  delivery: ['base', 'contract', 'telemetry', 'config', 'store', 'feed'],
  server: ['base', 'contract', 'telemetry', 'config', 'generator', 'feed', 'delivery', 'state'],
  client: ['base', 'contract'],
};
/** Where each package may be imported. */
const PACKAGE_HOMES = {
  knex: '^src/store/|^migrations/|^src/generator/adapters/',
  pg: '^src/store/dialects/postgres/|^src/generator/adapters/',
  mysql2: '^src/store/dialects/mysql/|^src/generator/adapters/',
  '@photostructure/sqlite': '^src/store/dialects/sqlite/|^src/generator/adapters/',
  '@nats-io/jetstream': '^src/relay/sinks/nats/',
  '@nats-io/transport-node': '^src/relay/sinks/nats/',
  '@redis/client': '^src/relay/sinks/redis/',
  '@msgpack/msgpack': '^src/server/futoin/',
  cborg: '^src/server/futoin/',
  express: '^src/server/',
  helmet: '^src/server/',
  ws: '^src/server/ws/|^src/client/transports/',
  pino: '^src/telemetry/',
  'prom-client': '^src/telemetry/',
};

const rooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room} may import: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

const packages = Object.entries(PACKAGE_HOMES).map(([name, home]) => ({
  name: `package-${name}`,
  severity: 'error',
  from: { path: '^(src|migrations)/', pathNot: home },
  to: { path: `node_modules/${name}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'doors-only',
      comment: 'A file in a sub-folder of a room is private to the room.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/[^/]+/[^/]+/',
        pathNot: '^src/$1/|^src/contract/generated/|^src/client/transports/',
      },
    },
    {
      name: 'generated-is-contract',
      comment: 'Settings go through config/load.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/config/' },
      to: { path: '^src/config/generated/' },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/' },
    },
    {
      name: 'client-in-the-browser',
      severity: 'error',
      from: { path: '^src/(client|contract|base)/', pathNot: '^src/client/transports/node[.]ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'not-installed-with-the-package',
      comment:
        'What only the tests and scripts have; ajv has done its work when the sources are generated.',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'npm-optional'] },
    },
    {
      name: 'commands-without-the-server',
      comment: 'To load it takes longer than most commands do.',
      severity: 'error',
      from: { path: '^src/app/commands/', pathNot: '^src/app/commands/serve[.]ts$' },
      to: { path: '^src/server/http-app[.]ts$', reachable: true },
    },
    {
      name: 'no-create-require',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(node:)?module$' },
    },
    ...rooms,
    ...packages,
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
