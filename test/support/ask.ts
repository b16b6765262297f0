// One HTTP exchange with nothing done for the caller, who says what it likes: `fetch` chooses Host, Origin and Upgrade.
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { type RequestOptions as TlsOptions, request as tlsRequest } from 'node:https';
import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The caller's end of the connection. */
  readonly localPort: number | undefined;
}

export function ask(
  url: string,
  { body, ...options }: TlsOptions & { readonly body?: string | Buffer } = {},
): Promise<Answer> {
  const request = url.startsWith('https:') ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const asking = request(url, options, async (response) => {
      const { localPort } = response.socket;
      let text = '';
      try {
        for await (const part of response.setEncoding('utf8')) text += part;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, localPort });
      } catch (error) {
        reject(error);
      }
    });
    asking.on('error', reject).end(body);
  });
}

/** Writes the text to a connection of its own, and gives all that comes back. */
export function converse(url: string, text: string): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('latin1').on('data', (part) => {
      heard += part;
    });
    socket.on('error', reject).on('close', () => resolve(heard));
  });
}
