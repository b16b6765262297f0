import { StaleConsumers } from '../../../src/retention/stale-consumers.ts';
import type { Store } from '../../../src/store/store.ts';
import { createLogger, type Logger } from '../../../src/telemetry/logger.ts';
import { createTelemetry } from '../../../src/telemetry/telemetry.ts';
import { until } from '../../support/until.ts';

describe('StaleConsumers', () => {
  it('says of who is set aside that discarding is held back when it is back, and not before', async () => {
    const old = { ident: 'local:old', cursor: '5', idleMs: 100, lagMs: 100, isSetAside: true };
    const told: string[] = [];
    let looks = 0;
    const logger = {
      ...createLogger('silent'),
      warn: (facts: { consumer: string }, text: string) => told.push(`${facts.consumer}: ${text}`),
    } as unknown as Logger;
    const stale = new StaleConsumers({
      ...createTelemetry(logger),
      store: {
        listConsumers: async () => {
          looks += 1;
          return [old];
        },
      } as unknown as Store,
      streams: ['main'],
      staleMs: 10,
    });
    await stale.start();
    try {
      await until(() => looks > 2);
      expect(told).toEqual([]);
      old.isSetAside = false;
      await until(() => told.length > 0);
    } finally {
      await stale.stop();
    }
    expect(told).toEqual(['local:old: A consumer is stale and holds discarding back.']);
  });
});
