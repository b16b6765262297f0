// What a consumer tells of trouble, and what becomes of trouble in the telling.
import { until } from '../support/until.ts';
import { clientOn } from './client-on.ts';

const WAYS = [
  { component: 'c', by: 'push' },
  { component: 'c', by: 'poll' },
  { from: 'beginning' },
] as const;

describe.each(WAYS)('trouble of a consumer with %j', (options) => {
  const own = clientOn('sqlite');
  beforeEach(() => own.add(1));

  it('is a handler that rejects, each time that it does', async () => {
    const troubles: unknown[] = [];
    const failure = new Error('the handler');
    const run = own.client
      .consumer({ ...options, onTrouble: (error) => troubles.push(error) })
      .run(() => Promise.reject(failure), { signal: own.stop.signal });
    await until(() => troubles.length === 3);
    own.stop.abort();
    await run;
    expect(new Set(troubles)).toEqual(new Set([failure]));
  });

  it('is not a loop that is left', async () => {
    const onTrouble = jest.fn();
    for await (const { events } of own.client.consumer({ ...options, onTrouble })) {
      if (events.length > 0) break;
    }
    expect(onTrouble).not.toHaveBeenCalled();
  });

  it('ends the run when the telling fails itself', async () => {
    const fault = new Error('the telling');
    const consumer = own.client.consumer({
      ...options,
      onTrouble: () => {
        throw fault;
      },
    });
    await expect(consumer.run(() => Promise.reject(new Error('the handler')))).rejects.toBe(fault);
  });
});
