import { LOCAL } from '../../../src/server/auth/principal.ts';
import type { SseConnection } from '../../../src/server/streams/connection.ts';
import { OwnProvider } from '../../../src/server/streams/own-provider.ts';
import type { StreamRequest } from '../../../src/server/streams/provider.ts';
import { StreamQuery } from '../../../src/server/streams/query.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

describe('a kind of the application’s own', () => {
  it('is given no client that has gone before it was let in', async () => {
    const opened: unknown[] = [];
    const provider = new OwnProvider({
      kind: 'own',
      make: () => ({ open: (client) => void opened.push(client) }),
      logger: createLogger('silent'),
    });
    provider.start();
    const request: StreamRequest = {
      ...{ principal: LOCAL, keyKind: null, lastEventId: null, path: null },
      ...{ query: new StreamQuery('/streams/own'), peer: {} },
    };
    const gone = { closed: AbortSignal.abort() } as SseConnection;
    expect(await provider.open(request, () => gone)).toBe('open');
    expect(opened).toEqual([]);
    const there = { closed: new AbortController().signal } as SseConnection;
    await provider.open(request, () => there);
    expect(opened.length).toBe(1);
  });
});
