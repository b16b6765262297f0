// Options that a type checker would not have let through: refused by the function and the option's name, before
// anything is done.
import { addEvent, eventInsert, Hints } from '../../../src/generator/index.ts';
import type { App } from '../../../src/index.ts';
import { loadDriver } from '../../../src/store/dialects/sqlite/driver.ts';
import { describeDatabase } from '../../support/databases.ts';
import { embedded } from './embedded.ts';

/** As JavaScript has it: nobody looks at types. */
// biome-ignore lint/suspicious/noExplicitAny: that is the point
type Untyped = any;

const onEvents = () => {};
const abort = AbortSignal.abort(new Error('never mind'));

describeDatabase('sqlite', 'an app', (kind) => {
  const own = embedded(kind, { server: false });
  const untouched = async () => {
    expect(await own.app.listConsumers()).toEqual([]);
    expect((await own.app.pollEvents()).events).toEqual([]);
  };

  it.each<[call: string, run: (app: Untyped, generator: Untyped) => unknown, message: RegExp]>([
    ['subscribe()', (app) => app.subscribe(), /^subscribe: onEvents must be a function/],
    ['subscribe(null)', (app) => app.subscribe(null), /^subscribe: an object of options is needed/],
    [
      'subscribe({ componet })',
      (app) => app.subscribe({ componet: 'X', onEvents }),
      /^subscribe: there is no option componet; perhaps component is meant$/,
    ],
    [
      'subscribe({ onEvent })',
      (app) => app.subscribe({ component: 'c', onEvent: onEvents }),
      /^subscribe: there is no option onEvent; perhaps onEvents is meant$/,
    ],
    [
      'subscribe({ want })',
      (app) => app.subscribe({ want: 'A', onEvents }),
      /^subscribe: want must be null or a list .*, got "A"$/,
    ],
    [
      'subscribe({ from })',
      (app) => app.subscribe({ component: 'c', from: { id: 5 }, onEvents }),
      /^subscribe: from must be 'beginning', 'now', \{ id: '42' \}.*: id must be an event id.*, got 5$/,
    ],
    [
      'subscribe({ signal })',
      (app) => app.subscribe({ component: 'c', signal: 'x', onEvents }),
      /^subscribe: signal must be an AbortSignal, got "x"$/,
    ],
    [
      'pollEvents({ last_id })',
      (app) => app.pollEvents({ last_id: '0' }),
      /^pollEvents: there is no option last_id: it is lastId here$/,
    ],
    [
      'pollEvents({ up_to })',
      (app) => app.pollEvents({ up_to: '0' }),
      /^pollEvents: there is no option up_to, only component, stream, lastId, /,
    ],
    [
      'pollEvents({ lastId })',
      (app) => app.pollEvents({ lastId: 0 }),
      /^pollEvents: lastId must be an event id, .*, got 0$/,
    ],
    [
      'pollEvents({ epoch })',
      (app) => app.pollEvents({ lastId: '0', epoch: '1' }),
      /^pollEvents: epoch must be an integer from 1 .*, got "1"$/,
    ],
    [
      'pollEvents({ waitMs })',
      (app) => app.pollEvents({ waitMs: 30_001 }),
      /^pollEvents: waitMs must be an integer from 0 to 30000, got 30001$/,
    ],
    [
      'registerConsumer()',
      (app) => app.registerConsumer(),
      /^registerConsumer: component must match .*, got undefined$/,
    ],
    [
      'registerConsumer({ form })',
      (app) => app.registerConsumer('c', { form: 'now' }),
      /^registerConsumer: there is no option form; perhaps from is meant$/,
    ],
    [
      'unregisterConsumer({ dry_run })',
      (app) => app.unregisterConsumer('c', { dry_run: true }),
      /^unregisterConsumer: there is no option dry_run: it is dryRun here$/,
    ],
    [
      'unregisterConsumer({ dryRun })',
      (app) => app.unregisterConsumer('c', { dryRun: 'yes' }),
      /^unregisterConsumer: dryRun must be true or false, got "yes"$/,
    ],
    [
      'retryParked()',
      (app) => app.retryParked('c', ['1', 2]),
      /^retryParked: ids must be a list of 1 to 1000 event ids, or null: entry 2 must be an .*, got 2$/,
    ],
    [
      'listConsumers({ streem })',
      (app) => app.listConsumers({ streem: 'main' }),
      /^listConsumers: there is no option streem; perhaps stream is meant$/,
    ],
    [
      'listConsumers({ stream })',
      (app) => app.listConsumers({ stream: 'No Name' }),
      /^listConsumers: stream must match .*, got "No Name"$/,
    ],
    [
      'addEvent({ streem })',
      (_, generator) => generator.addEvent('A', 1, { streem: 'main' }),
      /^addEvent: there is no option streem; perhaps stream is meant$/,
    ],
    [
      'addEvent({ idempotency_key })',
      (_, generator) => generator.addEvent('A', 1, { idempotency_key: 'k' }),
      /^addEvent: there is no option idempotency_key: it is idempotencyKey here$/,
    ],
    [
      'addEvents(one)',
      (_, generator) => generator.addEvents({ type: 'A' }),
      /^addEvents: events must be a list$/,
    ],
    [
      'addEvents({ dta })',
      (_, generator) => generator.addEvents([{ type: 'A' }, { type: 'A', dta: 1 }]),
      /^addEvents: events\[1\]: there is no member dta; perhaps data is meant$/,
    ],
    [
      'addEvents(null)',
      (_, generator) => generator.addEvents([null]),
      /^addEvents: events\[0\]: an object of members is needed, got null$/,
    ],
    [
      'addEvents(text)',
      (_, generator) => generator.addEvents([{ type: 'A' }], 'main'),
      /^addEvents: an object of options is needed, got a string$/,
    ],
  ])('refuses %s', async (_, run, message) => {
    const refusal = { name: 'ServiceError', code: 'InvalidRequest' };
    await expect(run(own.app, own.app.generator)).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(message),
    });
    await untouched();
  });

  it.each<[call: string, run: (app: Untyped) => unknown, message: RegExp]>([
    ["on('nope')", (app) => app.on('nope', onEvents), /^on: there is no notice nope, only ready, /],
    [
      "once('Ready')",
      (app) => app.once('Ready', onEvents),
      /^once: there is no notice Ready: it is ready here$/,
    ],
    [
      "off('sinkErrors')",
      (app) => app.off('sinkErrors', onEvents),
      /^off: there is no notice sinkErrors; perhaps sinkError is meant$/,
    ],
    ["on('ready', 5)", (app) => app.on('ready', 5), /^on: listener must be a function, got 5$/],
    ['on()', (app) => app.on(), /^on: there is no notice undefined/],
    [
      'eventInsert({ streem })',
      () => eventInsert('sqlite', 'A', 1, { streem: 'x' } as Untyped),
      /^eventInsert: there is no option streem; perhaps stream is meant$/,
    ],
    ['new Hints(5)', () => new Hints(5 as Untyped), /^new Hints: target must be the HTTP address/],
    [
      'new Hints({ kee })',
      () => new Hints('http://here', { kee: 'x' } as Untyped),
      /^new Hints: there is no option kee; perhaps key is meant$/,
    ],
    [
      'new Hints({ onError })',
      () => new Hints('http://here', { onError: 5 } as Untyped),
      /^new Hints: onError must be a function, got 5$/,
    ],
  ])('throws at %s', (_, run, message) => {
    expect(() => run(own.app)).toThrow(
      expect.objectContaining({
        name: 'ServiceError',
        code: 'InvalidRequest',
        message: expect.stringMatching(message),
      }),
    );
  });

  it.each<[options: unknown, message: RegExp]>([
    [{ hints: 'http://127.0.0.1:1' }, /^addEvent: hints must be what `new Hints/],
    [{ hints: null }, /^addEvent: hints must be what `new Hints/],
    [{ hint: new Hints(async () => {}) }, /no option hint; perhaps hints is meant$/],
    [{ stream: 5 }, /^addEvent: stream must match .*, got 5$/],
    [null, /^addEvent: an object of options is needed, got null$/],
  ])('writes nothing in a transaction with the options %j', async (options, message) => {
    const Sqlite = await loadDriver();
    const handle = new Sqlite(own.database.url.replace('sqlite:', ''));
    handle.exec('begin');
    const adding = addEvent(handle, 'A', 1, options as Untyped);
    await expect(adding).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringMatching(message),
    });
    handle.exec('commit');
    handle.close();
    await untouched();
  });

  it('names a stream that is not there', async () => {
    const { app } = own;
    const stream = 'orders';
    const refusal = { code: 'StreamNotFound', message: 'There is no stream orders.' };
    for (const refused of [
      app.pollEvents({ stream }),
      app.subscribe({ stream, onEvents }),
      app.registerConsumer('c', { stream }),
      app.listConsumers({ stream }),
      app.generator.addEvent('A', 1, { stream }),
    ]) {
      await expect(refused).rejects.toMatchObject(refusal);
    }
  });

  it('does nothing for a signal that is aborted already', async () => {
    const { app } = own;
    await app.registerConsumer('c');
    await app.generator.addEvent('A', 1);
    const poll = app.pollEvents({ component: 'c', lastId: '1', signal: abort });
    await expect(poll).rejects.toBe(abort.reason);
    const subscribing = app.subscribe({ component: 'd', onEvents, signal: abort });
    await expect(subscribing).rejects.toBe(abort.reason);
    expect(await app.listConsumers()).toMatchObject([{ component: 'c', cursor: '0' }]);
  });

  it('gives a poll without events when its signal aborts while it waits', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const { events } = await own.app.pollEvents({ waitMs: 30_000, signal: stop.signal });
    expect(events).toEqual([]);
  });

  it('forgets a sink that was listed, by what the list says of it', async () => {
    const sink = { name: 'search', sink: { write: async () => {} } };
    const app: App = await own.another({ sinks: [sink] });
    const listed = await own.app.listConsumers();
    expect(listed).toMatchObject([{ principal: null, component: 'SINK_search' }]);
    await app.stop();
    const [{ component, principal }] = listed as [(typeof listed)[0]];
    expect(await own.app.unregisterConsumer(component, { principal })).toMatchObject({ lag: 0 });
  });
});
