// The statement that an application runs itself: its text, what is bound, and what is refused.
import {
  type EventInsertDialect,
  eventInsert,
  inboxTable,
  JsonText,
} from '../../../src/generator/index.ts';

const DIALECTS: readonly EventInsertDialect[] = ['sqlite', 'postgres', 'mysql', 'mariadb'];
const textOf = (hex: string | undefined) => Buffer.from(hex ?? '', 'hex').toString();
const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('inboxTable', () => {
  it('names the inbox of a stream', () => {
    expect(inboxTable()).toBe('evt_inbox');
    expect(inboxTable('main')).toBe('evt_inbox');
    expect(inboxTable('orders_2')).toBe('evt_orders_2_inbox');
  });

  it.each(['', 'Orders', '1st', 'x; drop', 'x'.repeat(31), 'x\n', null, 1])(
    'refuses %j, which names no stream',
    (name) => {
      expect(codeOf(() => inboxTable(name as string))).toBe('InvalidRequest');
    },
  );
});

describe('eventInsert', () => {
  it('marks the bindings as the database wants them', () => {
    const values = (dialect: EventInsertDialect) => eventInsert(dialect, 'T').sql;
    expect(values('sqlite')).toBe('insert into evt_inbox (type, data) values (?, ?)');
    expect(values('postgres')).toBe(
      'insert into evt_inbox (type, data) values ($1, $2::text::json)',
    );
    expect(values('mysql')).toBe(
      'insert into evt_inbox (type, data) values (?, convert(unhex(?) using utf8mb4))',
    );
    expect(values('mariadb')).toBe(values('mysql'));
  });

  it('writes to the inbox of the stream', () => {
    expect(eventInsert('sqlite', 'T', 1, { stream: 'orders' }).sql).toMatch(
      /^insert into evt_orders_inbox \(/,
    );
  });

  it.each(['sqlite', 'postgres'] as const)('binds type and JSON text on %s', (dialect) => {
    expect(eventInsert(dialect, 'A:b/c.d-1', { text: `'"\\ 😀` }).bindings).toEqual([
      'A:b/c.d-1',
      `{"text":"'\\"\\\\ 😀"}`,
    ]);
  });

  it('takes JSON text as it stands', () => {
    const text = '{"total": 12.50, "big": 9007199254740993}';
    expect(eventInsert('postgres', 'T', new JsonText(text)).bindings).toEqual(['T', text]);
  });

  it.each(['mysql', 'mariadb'] as const)('binds the JSON text as digits on %s', (dialect) => {
    const data = { text: `\\'; drop table evt_inbox; -- 😀` };
    const [type, hex] = eventInsert(dialect, 'T', data).bindings;
    expect(type).toBe('T');
    expect(hex).toMatch(/^[0-9a-f]+$/);
    expect(textOf(hex)).toBe(JSON.stringify(data));
  });

  describe.each(DIALECTS)('on %s', (dialect) => {
    const insert = (type: string, data?: unknown, stream = 'main') =>
      eventInsert(dialect, type, data, { stream });

    it('gives the same statement whatever the event', () => {
      expect(insert('ORDER_PLACED', { total: 12.5 }).sql).toBe(insert('X', ["'", '?', '$1']).sql);
    });

    it('binds null for data that is left out', () => {
      expect(insert('T').bindings).toEqual(insert('T', null).bindings);
    });

    it.each(['', 'NOT GOOD', '1ST', "T'", 'T\n', 'T'.repeat(129), 'aftercommit:mine', null, 7])(
      'refuses the type %j',
      (type) => {
        expect(codeOf(() => insert(type as string))).toBe('InvalidRequest');
      },
    );

    it('refuses what has no JSON form', () => {
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      for (const data of [circular, () => {}, Symbol('x'), 1n]) {
        expect(codeOf(() => insert('T', data))).toBe('InvalidRequest');
      }
    });

    it('refuses data that nests too deep', () => {
      const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
      expect(insert('T', nested(512)).bindings).toHaveLength(2);
      expect(codeOf(() => insert('T', nested(513)))).toBe('InvalidRequest');
    });

    it('refuses data beyond 2 MiB, counted as UTF-8', () => {
      expect(insert('T', 'é'.repeat(1_048_575)).bindings).toHaveLength(2);
      expect(codeOf(() => insert('T', 'é'.repeat(1_048_576)))).toBe('PayloadTooLarge');
    });

    it('refuses the name of no stream', () => {
      expect(codeOf(() => insert('T', 1, 'x; drop'))).toBe('InvalidRequest');
    });
  });

  it.each(['', 'oracle', 'toString', undefined])('refuses the dialect %j', (dialect) => {
    expect(codeOf(() => eventInsert(dialect as EventInsertDialect, 'T'))).toBe('InvalidRequest');
  });
});
