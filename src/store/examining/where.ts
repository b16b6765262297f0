// Where a server is, as it may be shown: without user and password; and what else it names.

/** Host and port of a URL, or its file. */
export function hostOf(url: string): string {
  const [, host] = /^[a-z0-9]+:\/\/(?:[^/?#]*@)?([^/?#@]*)/.exec(url) ?? [];
  return host || url.replace(/^sqlite3?:(?:\/\/(?=\/))?/, '');
}

/** The database that a URL of a server names. */
export function databaseOf(url: string): string {
  return URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) : '';
}

export function userOf(url: string): string {
  return URL.canParse(url) ? decodeURIComponent(new URL(url).username) : '';
}
