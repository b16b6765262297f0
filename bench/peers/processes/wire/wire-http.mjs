// A lean FutoIn client over HTTP with connections that are kept, one for each call in flight.
import { Agent, request } from 'node:http';
import { PATH, SEC } from './address.mjs';

export class WireHttp {
  #agent = new Agent({ keepAlive: true });
  #options;

  static async open(url) {
    return new WireHttp(url);
  }

  constructor(url) {
    const { hostname, port } = new URL(url);
    const headers = { 'content-type': 'application/futoin+json' };
    this.#options = { hostname, port, path: PATH, method: 'POST', headers, agent: this.#agent };
  }

  /** Calls `f` with its parameters as JSON text. */
  async call(f, p) {
    const { r, e, edesc } = JSON.parse(await this.#post(`{"f":"${f}","p":${p},"sec":"${SEC}"}`));
    if (e !== undefined) throw new Error(`${e}: ${edesc}`);
    return r;
  }

  async close() {
    this.#agent.destroy();
  }

  #post(body) {
    return new Promise((resolve, reject) => {
      const headers = { ...this.#options.headers, 'content-length': Buffer.byteLength(body) };
      const call = request({ ...this.#options, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}
