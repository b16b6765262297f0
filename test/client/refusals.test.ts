// Options that a type checker would not have let through: refused by the function and the option's name, and nothing
// is sent.

import * as pages from '../../src/client/browser.ts';
import { exactlyOnce } from '../../src/client/exactly-once/index.ts';
import { Client, createClient, type Transport } from '../../src/client/index.ts';

/** As JavaScript has it: nobody looks at types. */
// biome-ignore lint/suspicious/noExplicitAny: that is the point
type Untyped = any;

const onEvents = () => {};
const aborted = AbortSignal.abort(new Error('never mind'));

describe('the client', () => {
  let sent: string[];
  let client: Client;
  const transport: Transport = {
    request: async (text) => {
      sent.push(text);
      return '{"jsonrpc":"2.0","id":1,"result":{}}';
    },
    openSocket: async () => {
      sent.push('socket');
      throw new Error('There is none.');
    },
  };
  beforeEach(() => {
    sent = [];
    client = new Client(transport);
  });

  it.each<[call: string, run: (client: Untyped) => unknown, message: RegExp]>([
    [
      'addEvent({ streem })',
      (own) => own.addEvent('A', 1, { streem: 'x' }),
      /^addEvent: there is no option streem; perhaps stream is meant$/,
    ],
    ['addEvent()', (own) => own.addEvent(), /^addEvent: type must be a string, got undefined$/],
    [
      'addEvent({ retryMs })',
      (own) => own.addEvent('A', 1, { retryMs: '5' }),
      /^addEvent: retryMs must be a number of milliseconds from 0, got "5"$/,
    ],
    [
      'addEvent({ idempotencyKey })',
      (own) => own.addEvent('A', 1, { idempotencyKey: '' }),
      /^addEvent: idempotencyKey must be 1 to 128 printable .*, got ""$/,
    ],
    [
      'addEvent({ signal })',
      (own) => own.addEvent('A', 1, { signal: new AbortController() }),
      /^addEvent: signal must be an AbortSignal, got an object$/,
    ],
    ['addEvents(5)', (own) => own.addEvents(5), /^addEvents: drafts must be a list$/],
    [
      'addEvents({ dta })',
      (own) => own.addEvents([{ type: 'A', dta: 1 }]),
      /^addEvents: drafts\[0\]: there is no member dta; perhaps data is meant$/,
    ],
    [
      'addEvents({ streem })',
      (own) => own.addEvents([{ type: 'A' }], { streem: 'x' }),
      /^addEvents: there is no option streem/,
    ],
    [
      'registerConsumer({ form })',
      (own) => own.registerConsumer('c', { form: 'now' }),
      /^registerConsumer: there is no option form; perhaps from is meant$/,
    ],
    [
      'registerConsumer({ from })',
      (own) => own.registerConsumer('c', { from: 'here' }),
      /^registerConsumer: from must be 'beginning', 'now', .*, got "here"$/,
    ],
    [
      'unregisterConsumer({ dry_run })',
      (own) => own.unregisterConsumer('c', { dry_run: true }),
      /^unregisterConsumer: there is no option dry_run: it is dryRun here$/,
    ],
    [
      'listConsumers(null)',
      (own) => own.listConsumers(null),
      /^listConsumers: an object of options is needed, got null$/,
    ],
    [
      'streamInfo({ stream })',
      (own) => own.streamInfo({ stream: 5 }),
      /^streamInfo: stream must match .*, got 5$/,
    ],
    [
      'call({ timeout })',
      (own) => own.call('ping', { echo: 1 }, { timeout: 5 }),
      /^call: there is no option timeout; perhaps timeoutMs is meant$/,
    ],
    [
      'call({ timeoutMs })',
      (own) => own.call('ping', { echo: 1 }, { timeoutMs: Number.POSITIVE_INFINITY }),
      /^call: timeoutMs must be a number of milliseconds from 1 to 2147483647, got Infinity$/,
    ],
    [
      'consumer().run({ signal })',
      (own) => own.consumer().run(onEvents, { signal: 'x' }),
      /^run: signal must be an AbortSignal, got "x"$/,
    ],
    [
      'consumer().run(null)',
      (own) => own.consumer().run(onEvents, null),
      /^run: an object of options is needed, got null$/,
    ],
    ['consumer().run()', (own) => own.consumer().run(), /^run: onEvents must be a function/],
    [
      'consumer().batches({ singal })',
      (own) => own.consumer().batches({ singal: aborted }).next(),
      /^batches: there is no option singal; perhaps signal is meant$/,
    ],
  ])('refuses %s', async (_, run, message) => {
    await expect(run(client)).rejects.toMatchObject({
      name: 'CallError',
      code: 'InvalidRequest',
      message: expect.stringMatching(message),
    });
    expect(sent).toEqual([]);
  });

  it.each<[options: unknown, message: RegExp]>([
    [null, /^consumer: an object of options is needed, got null$/],
    [{ componet: 'X' }, /^consumer: there is no option componet; perhaps component is meant$/],
    [{ component: null }, /^consumer: component must match .*, got null$/],
    [{ events_max: 5 }, /^consumer: there is no option events_max: it is eventsMax here$/],
    [{ limit: 5 }, /^consumer: there is no option limit, only .*, eventsMax, /],
    [{ by: 'pull' }, /^consumer: by must be 'push' or 'poll', got "pull"$/],
    [{ settleMs: '5' }, /^consumer: settleMs must be a number of milliseconds .*, got "5"$/],
    [{ settleMs: Number.NaN }, /^consumer: settleMs must be a number .*, got NaN$/],
    [{ batchesInFlightMax: 0 }, /^consumer: batchesInFlightMax must be .* from 1 to 64, got 0$/],
    [{ eventsMax: -1 }, /^consumer: eventsMax must be an integer from 1 to 1000, got -1$/],
    [{ onReady: 5 }, /^consumer: onReady must be a function, got 5$/],
    [{ onTrouble: 'x' }, /^consumer: onTrouble must be a function, got "x"$/],
    [{ want: 'A' }, /^consumer: want must be null or a list of 1 to 100 .*, got "A"$/],
    [{ position: 'x' }, /^consumer: position must be a position, as \{ id: '42', epoch: 1 \}/],
    [
      { position: { id: '5' } },
      /^consumer: position must be a position, as .*, or null: epoch is missing$/,
    ],
    [{ position: { epoch: 1 } }, /, or null: id is missing$/],
    [{ position: { id: 5, epoch: 1 } }, /, or null: id must be an event id, .*, got 5$/],
    [{ position: { id: '5', epoch: '1' } }, /, or null: epoch must be an integer .*, got "1"$/],
    [{ from: { id: '5', epoch: 1 } }, /: it has either id or time, and no other member$/],
    [{ from: { time: '2026' } }, /: time must be a time of UTC, .*, got "2026"$/],
    [{ from: 5 }, /^consumer: from must be .*, got 5$/],
  ])('makes no consumer of %j', (options, message) => {
    expect(() => client.consumer(options as Untyped)).toThrow(
      expect.objectContaining({
        name: 'CallError',
        code: 'InvalidRequest',
        message: expect.stringMatching(message),
      }),
    );
  });

  it.each<[what: string, make: (make: Untyped) => unknown, message: RegExp]>([
    ['a misspelt key', (make) => make({ kee: 'x' }), /no option kee; perhaps key is meant$/],
    ['a number', (make) => make({ url: 5 }), /^createClient: url must be an HTTP address, as http/],
    ['another protocol', (make) => make({ url: 'ftp://here' }), /url must be an HTTP address, as/],
    ['no address', (make) => make({ url: 'http://' }), /url must be an HTTP address, as/],
    [
      'a text',
      (make) => make('http://secret@here'),
      /an object of options is needed, got a string$/,
    ],
    ['null', (make) => make(null), /^createClient: an object of options is needed, got null$/],
    [
      'a strange key',
      (make) => make({ url: 'http://here', key: 5 }),
      /key must be a string, or null$/,
    ],
  ])('is not made of %s, in Node or in a page', (_, make, message) => {
    for (const create of [createClient, pages.createClient]) {
      expect(() => make(create)).toThrow(
        expect.objectContaining({
          name: 'CallError',
          code: 'InvalidRequest',
          message: expect.stringMatching(message),
        }),
      );
    }
  });

  it('is not made without an address in Node, nor over what is no transport', () => {
    const refusal = expect.objectContaining({ code: 'InvalidRequest' });
    expect(() => (createClient as Untyped)()).toThrow(refusal);
    for (const other of [{}, null, undefined, 'http://here']) {
      expect(() => new Client(other as Untyped)).toThrow(refusal);
    }
  });

  it('sends nothing for a signal that is aborted already, and rejects with its reason', async () => {
    const options = { signal: aborted };
    for (const call of [
      client.addEvent('A', 1, options),
      client.addEvents([{ type: 'A' }], options),
      client.registerConsumer('c', options),
      client.unregisterConsumer('c', options),
      client.listConsumers(options),
      client.streamInfo(options),
      client.call('ping', { echo: 1 }, options),
    ]) {
      await expect(call).rejects.toBe(aborted.reason);
    }
    expect(sent).toEqual([]);
  });

  it.each(['push', 'poll'] as const)(
    'ends a run by %s that was aborted before it began',
    async (by) => {
      const options = { signal: aborted };
      const consumer = client.consumer({ component: 'c', by, position: { id: '1', epoch: 1 } });
      await consumer.run(onEvents, options);
      for await (const batch of consumer.batches(options)) throw new Error(`got ${batch.upTo}`);
      expect(sent).toEqual([]);
    },
  );
});

describe('the exactly-once kit', () => {
  const database = { execute: () => {}, beginTransaction: () => {} };
  it.each<[options: unknown, message: RegExp]>([
    [undefined, /^exactlyOnce: database must be given/],
    [null, /^exactlyOnce: an object of options is needed, got null$/],
    [{ database }, /^exactlyOnce: consumer must be given/],
    [{ database, consumer: 'c', tabel: 'x' }, /^exactlyOnce: there is no option tabel; .* table /],
    [{ database, component: 'c' }, /^exactlyOnce: there is no option component, only database, /],
  ])('is not made of %j', (options, message) => {
    expect(() => exactlyOnce(options as Untyped)).toThrow(
      expect.objectContaining({
        name: 'ExactlyOnceError',
        code: 'InvalidRequest',
        message: expect.stringMatching(message),
      }),
    );
  });
});
