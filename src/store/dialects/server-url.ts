// Whether the URL of a database server can be read, asked before a driver reads it: of some that are wrong drivers say
// only that they are malformed, and others they take for those of another account or server. What is wrong is told
// without any of the text, since what stands in one place may be the rest of a password that was cut off too early.

const PARTS = /^[a-z0-9]+:\/\/(?:([^/?#]*)@)?([^/?#@]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/s;
/** An address in brackets, or a name without colons; then a port. */
const SERVER = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s;
const PORT_MAX = 65_535;

interface Parts {
  /** User and password. */
  readonly login: string;
  /** Hosts and ports, with commas between them. */
  readonly servers: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string | undefined;
}

/** Throws what is wrong, in a sentence. */
export function requireReadable(url: string): void {
  const [, login = '', servers = '', path = '', query = '', fragment] = PARTS.exec(url) ?? [];
  const parts = { login, servers, path, query, fragment };
  const problem =
    separatorProblem(url, parts) ??
    escapeProblem(parts) ??
    portProblem(parts) ??
    hostProblem(url, parts);
  if (problem !== null) throw new Error(`The URL of the database server ${problem}.`);
}

function separatorProblem(url: string, { path, query, fragment }: Parts): string | null {
  // Where there is any, pg escapes some of what is escaped already once more.
  if (/[\s\p{Cc}]/u.test(url)) return 'holds white space: a space is written %20';
  if (path.includes('@') || fragment?.includes('@')) {
    return 'has an @ behind its first / or #, which are written %2F and %23 in a user and a password';
  }
  // No name of a member has one, and a member's value seldom: the rest of a password, whose beginning is the host here.
  if (/(?:^|&)[^=&]*@/.test(query) || (path === '' && query.includes('@'))) {
    return 'has an @ behind its first ?: that is written %3F in a user and a password, and an @ %40 in a query';
  }
  return fragment === undefined ? null : 'holds a #, which ends it: it is written %23';
}

/** pg takes a URL with one that is wrong for one without any, and so misreads the others. */
function escapeProblem({ login, servers, path, query }: Parts): string | null {
  const [, user = '', password = ''] = /^([^:]*)(.*)$/s.exec(login) ?? [];
  const texts = { user, password, host: servers, 'name of the database': path, query };
  const [part] = Object.entries(texts).find(([, text]) => !isUnescapable(text)) ?? [];
  return part === undefined
    ? null
    : `has a % in its ${part} that begins no escape of UTF-8: the sign itself is written %25`;
}

function portProblem({ servers, query }: Parts): string | null {
  const ports = servers.split(',').map((server) => SERVER.exec(server)?.[2] ?? '');
  // pg takes one from there.
  const all = [...ports, new URLSearchParams(query).get('port') ?? ''];
  return all.every(isPort) ? null : `has a port that is no number from 1 to ${PORT_MAX}`;
}

/** Without any host the driver connects to its own machine, or with pg to what the query says. */
function hostProblem(url: string, { servers }: Parts): string | null {
  if (servers === '' && URL.canParse(url.replace(/^(postgres\w*:.*@)\//, '$1localhost/')))
    return null;
  for (const server of servers.split(',')) {
    if (!SERVER.exec(server)?.[1]) return 'lacks the name of a host';
    if (!URL.canParse(`mysql://${server}`)) return 'names a host that is none';
  }
  return null;
}

function isPort(text: string): boolean {
  return text === '' || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= PORT_MAX);
}

function isUnescapable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
