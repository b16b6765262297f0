// Where and as whom the lean clients speak FutoIn: the same on both servers, so that both get the same bytes.

/** Of the endpoint, on HTTP and WebSocket. */
export const PATH = '/futoin';

export const PRINCIPAL = { name: 'bench', password: 'bench-secret' };

/** What every message says about its sender. */
export const SEC = `${PRINCIPAL.name}:${PRINCIPAL.password}`;
