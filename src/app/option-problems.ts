// What a type checker would have said of the options of an app, for whoever writes JavaScript: an option that is passed
// over in silence would send events somewhere else.

/** Settings that have another name as an option; null = they only mean something to commands. */
const ELSEWHERE: Readonly<Record<string, string | null>> = {
  databaseUrl: 'database',
  warehouseUrl: 'warehouse',
  host: 'server: { host }',
  port: 'server: { port }',
  url: null,
  key: null,
};
const ADDRESS = ['host', 'port'];

/** What is wrong with the options beside the settings, one sentence each. */
export function optionProblems(options: object): string[] {
  const { database, warehouse, server } = options as Record<string, unknown>;
  return [
    ...Object.keys(options).flatMap(elsewhere),
    ...[database, warehouse].flatMap((source, nth) =>
      isSource(source)
        ? []
        : [`${nth === 0 ? 'database' : 'warehouse'} must be a URL or a knex instance`],
    ),
    ...serverProblems(server),
  ];
}

function elsewhere(name: string): string[] {
  if (!Object.hasOwn(ELSEWHERE, name)) return [];
  const other = ELSEWHERE[name];
  return [other === null ? `there is no option ${name}` : `${name} is ${other} here`];
}

function isSource(source: unknown): boolean {
  if (source === undefined || typeof source === 'string') return true;
  const { client, raw } = (source ?? {}) as Record<string, unknown>;
  return client !== undefined && typeof raw === 'function';
}

function serverProblems(server: unknown): string[] {
  if (server === undefined || server === false) return [];
  if (server !== null && typeof server === 'object') {
    if ('listen' in server) return [];
    const strange = Object.keys(server).filter((name) => !ADDRESS.includes(name));
    return strange.map((name) => `server: there is no ${name}, only host and port`);
  }
  return [
    'server must be false, { host, port }, or a server of node:http or node:https (of an Express application: what ' +
      'http.createServer(application) gives)',
  ];
}
