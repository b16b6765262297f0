// Calls over HTTP by `fetch`, which Node and browsers share.
import type { Check } from '../../base/options.ts';
import { aText, orNull, secret } from '../../contract/checks.ts';
import { CallError } from '../call-error.ts';
import { invalidRequest } from '../require-options.ts';

export interface HttpPeer {
  /** Where calls go, as `http://127.0.0.1:8080/rpc`. */
  readonly url: string;
  /** null: none, for a server in open mode. */
  readonly key: string | null;
}

export const anAddress = secret({
  ...aText,
  rule: 'must be an HTTP address, as http://127.0.0.1:8080',
});
export const aKey: Check = secret(orNull(aText));

/**
 * The path of all calls below the address of a server.
 *
 * @throws CallError `InvalidRequest` when it is no HTTP address, or holds more than where the server is
 */
export function rpcUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  // Not shown, here and below: a secret may be in it.
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw invalidRequest(`createClient: url ${anAddress.rule}`);
  }
  const { username, password, search, hash } = url;
  if (username + password + search + hash !== '') {
    throw invalidRequest(
      'createClient: url must hold no name, key, query or fragment; a key is given as `key`',
    );
  }
  if (/\/(?:rpc|futoin)\/*$/.test(url.pathname)) {
    throw invalidRequest('createClient: url must be that of the server, without /rpc or /futoin');
  }
  return `${url.href.replace(/\/+$/, '')}/rpc`;
}

/** As `Transport.request`. */
export async function postText(
  { url, key }: HttpPeer,
  body: string,
  signal: AbortSignal,
): Promise<string> {
  // Not within the try: a key that no header can carry is no matter of the connection, and no waiting helps.
  const headers = new Headers({
    'content-type': 'application/json',
    ...(key && { authorization: `Bearer ${key}` }),
  });
  try {
    const response = await fetch(url, { method: 'POST', body, headers, signal });
    const answer = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    if (isJson || response.status === 204) return answer;
    throw strangeAnswer(url, response.status);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof CallError ? error : connectError(url, error);
  }
}

export function strangeAnswer(url: string, status: number): CallError {
  const message = `${url} answered HTTP ${status}, which is not what an Aftercommit server answers.`;
  return new CallError('CommError', { message, details: { status } });
}

/** fetch and sockets hide the reason in different places. */
export function connectError(url: string, error: unknown): CallError {
  const { cause = error } = error as { cause?: unknown };
  const { code, message } = cause as { code?: string; message?: string };
  const reason = code === 'ECONNREFUSED' ? 'nobody listens there' : message || code;
  return new CallError('ConnectError', {
    message: `The server at ${url} cannot be reached: ${reason}.`,
    cause: error,
  });
}
