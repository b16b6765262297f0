// References to where events are: a stream's queue or its history in a database, or files. What is stored and shown of
// one holds no credentials.
import { basename, dirname, resolve } from 'node:path';
import { aStream } from '../contract/checks.ts';
import type { CopyPlace } from '../store/copy-job.ts';
import { urlProblem } from '../store/source-problem.ts';
import { isPrefix } from './sinks/file/settings.ts';

/** A table of events; `database` is one of the configured ones, or a URL. */
export interface TableReference {
  readonly kind: CopyPlace;
  readonly database: 'active' | 'warehouse' | { readonly url: string };
  readonly stream: string;
  /** As it is known by. */
  readonly text: string;
}

export interface FilesReference {
  readonly kind: 'files';
  readonly dir: string;
  readonly prefix: string;
  readonly text: string;
}

export type Reference = TableReference | FilesReference;

const FORMS =
  'DATABASE-URL#stream, DATABASE-URL#stream/history, active#stream, warehouse#stream or file:DIR/PREFIX';

/** A reference, or what is wrong with the text. */
export function parseReference(text: string): Reference | { readonly problem: string } {
  if (text.startsWith('file:')) return parseFiles(text);
  const at = text.lastIndexOf('#');
  if (at < 0) return { problem: `must be ${FORMS}` };
  const [database, rest] = [text.slice(0, at), text.slice(at + 1)];
  const [, stream = '', isHistory] = /^([^/]*)(\/history)?$/.exec(rest) ?? [];
  if (!aStream.fits(stream))
    return { problem: `must name a stream behind the #, which ${aStream.rule}` };
  if (database === 'active') {
    if (isHistory) return { problem: `must be warehouse#${stream} for the history` };
    return { kind: 'queue', database, stream, text: `active#${stream}` };
  }
  if (database === 'warehouse') {
    return { kind: 'history', database, stream, text: `warehouse#${stream}` };
  }
  const problem = urlProblem(database);
  if (problem !== null) return { problem: `must be ${FORMS}: ${problem}` };
  const kind = isHistory ? 'history' : 'queue';
  const known = `${withoutCredentials(database)}#${rest}`;
  return { kind, database: { url: database }, stream, text: known };
}

/**
 * What a caller from the network may name: the configured databases, and plain names of files in `exportDir`, which is
 * null where there are none.
 */
export function parseRemoteReference(
  text: string,
  exportDir: string | null,
): Reference | { readonly problem: string } {
  if (isPrefix(text)) {
    if (exportDir === null) return { problem: 'names files, for which this node has no exportDir' };
    return { kind: 'files', dir: resolve(exportDir), prefix: text, text };
  }
  const found = parseReference(text);
  const isOwn = 'kind' in found && found.kind !== 'files' && typeof found.database === 'string';
  if (isOwn || ('problem' in found && /^(?:active|warehouse)#/.test(text))) return found;
  return { problem: 'must be active#stream, warehouse#stream or a plain name of files' };
}

function parseFiles(text: string): Reference | { readonly problem: string } {
  const path = text.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  const prefix = basename(path);
  if (!path.includes('/') || path.endsWith('/') || !isPrefix(prefix)) {
    return { problem: 'must be file:DIR/PREFIX, as file:./export/orders' };
  }
  const dir = resolve(dirname(path));
  return { kind: 'files', dir, prefix, text: `file:${dir}/${prefix}` };
}

/** The path of an SQLite file is made whole, so that it is the same from wherever it is called. */
function withoutCredentials(url: string): string {
  const [, path] = /^sqlite3?:(.*)$/.exec(url) ?? [];
  if (path !== undefined) return `sqlite:${resolve(path.replace(/^\/\/(?=\/)/, ''))}`;
  return url
    .replace(/^([a-z0-9]+:\/\/)\S*@/i, '$1')
    .replace(/([?&])[a-z]*(?:pass|user)[a-z]*=[^&]*&?/gi, '$1');
}
