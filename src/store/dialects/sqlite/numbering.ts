// The numbering of SQLite. Its inbox is numbered by the insert itself, so calls are all that is left to do: each flush
// is one transaction.
import type { Draft } from '../../../contract/event.ts';
import { type EventId, idPlus } from '../../../contract/event-id.ts';
import type { Appended, Moved, Numbering } from '../../dialect.ts';
import { type KeyedAppended, type KeyedCall, planKeyed } from '../../keyed.ts';
import { refusalOf, requireOpenStream } from '../../stream-state.ts';
import type { HotHandle } from './hot-handle.ts';
import { knownKeys, writeKeys } from './keys.ts';
import { ROWS_AT_ONCE } from './statements.ts';

export class SqliteNumbering implements Numbering {
  readonly #hot: HotHandle;

  constructor(hot: HotHandle) {
    this.#hot = hot;
  }

  append(stream: string, drafts: readonly Draft[]): Promise<Appended> {
    return this.#hot.write(() => {
      const row = this.#streamRow(stream);
      requireOpenStream(stream, row?.status);
      const first = row?.nextId as EventId;
      this.#appendAt(stream, first, drafts);
      return { first, moved: 0 };
    });
  }

  appendKeyed(stream: string, calls: readonly KeyedCall[]): Promise<KeyedAppended> {
    return this.#hot.write((handle) => {
      const row = this.#streamRow(stream);
      const plan = planKeyed(calls, knownKeys(handle, stream, calls));
      const first = row?.nextId as EventId;
      const refusal = refusalOf(stream, row?.status);
      if (refusal !== null || plan.fresh.length === 0) return plan.answer(refusal ?? first, 0);
      this.#appendAt(stream, first, plan.drafts);
      writeKeys(handle, stream, first, plan.fresh);
      return plan.answer(first, 0);
    });
  }

  async moveInbox(): Promise<Moved> {
    return { moved: 0, isDrained: true };
  }

  #streamRow(stream: string): { nextId: EventId; status: string } | undefined {
    const row = this.#hot.of(stream).streamRow.get(stream);
    return row as { nextId: EventId; status: string } | undefined;
  }

  #appendAt(stream: string, first: EventId, drafts: readonly Draft[]): void {
    const { now, appendRow, appendRows, setNextId } = this.#hot.of(stream);
    const ts = (now.get() as { now: string }).now;
    const valuesOf = ({ type, data }: Draft, place: number) => [
      idPlus(first, place),
      type,
      data,
      ts,
    ];
    const alone = drafts.length - (drafts.length % ROWS_AT_ONCE);
    for (let place = 0; place < alone; place += ROWS_AT_ONCE) {
      const rows = drafts.slice(place, place + ROWS_AT_ONCE);
      appendRows.run(...rows.flatMap((draft, nth) => valuesOf(draft, place + nth)));
    }
    for (let place = alone; place < drafts.length; place += 1) {
      appendRow.run(...valuesOf(drafts[place] as Draft, place));
    }
    setNextId.run(idPlus(first, drafts.length), stream);
  }
}
