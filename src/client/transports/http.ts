// Calls over HTTP by `fetch`, which Node and browsers share.
import { CallError } from '../call-error.ts';

export interface HttpPeer {
  /** Where calls go, as `http://127.0.0.1:8080/rpc`. */
  readonly url: string;
  /** null: none, for a server in open mode. */
  readonly key: string | null;
}

/** Where calls go, below the address of a server. Throws `TypeError` unless that is one of HTTP, without a key. */
export function rpcUrl(url: string): string {
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`url: must be like http://127.0.0.1:8080, got ${protocol}`);
  }
  if (username !== '' || password !== '') {
    throw new TypeError('url: must hold no key; give it as key');
  }
  return `${url.replace(/\/+$/, '')}/rpc`;
}

/** As `Transport.request`. */
export async function postText(
  { url, key }: HttpPeer,
  body: string,
  signal: AbortSignal,
): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    ...(key && { authorization: `Bearer ${key}` }),
  };
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
