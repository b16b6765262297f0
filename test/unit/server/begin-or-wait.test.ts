import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError } from '../../../src/contract/errors.ts';
import { beginOrWait } from '../../../src/server/streams/begin-or-wait.ts';
import type { SseConnection } from '../../../src/server/streams/connection.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const options = {
  kind: 'events',
  passing: { StoreUnavailable: 20 },
  logger: createLogger('silent'),
};
const away = () => Promise.reject(new ServiceError('StoreUnavailable'));

describe('a client that waits', () => {
  it('begins nothing when it has gone: that would take its consumer from where it has come to', async () => {
    const gone = new AbortController();
    const connection = { closed: gone.signal } as SseConnection;
    let begun = 0;
    const begin = () => {
      begun += 1;
      return away();
    };
    expect(await beginOrWait(begin, () => connection, options)).toBe('open');
    gone.abort();
    await pause(50);
    expect(begun).toBe(1);
  });

  it('is not let in for what does not pass', async () => {
    const begin = () => Promise.reject(new ServiceError('NotRegistered'));
    const accept = () => {
      throw new Error('never');
    };
    const opened = beginOrWait(begin, accept, options);
    await expect(opened).rejects.toMatchObject({ code: 'NotRegistered' });
  });
});
