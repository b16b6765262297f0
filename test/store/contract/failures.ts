// What a failure tells: enough to find its cause, and nothing of an event.
import { inspect } from 'node:util';
import type { DatabaseKind } from '../../support/databases.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

export function failuresContract(kind: DatabaseKind, open: Open): void {
  describe('a failure', () => {
    let opened: OpenStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('holds nothing of the events that it befell', async () => {
      const sql = await openSqlSession(kind, opened.url);
      await sql.run(OBSTACLE[kind]);
      await sql.close();
      const drafts = [{ type: 'SESAME', data: '"sesame"' }];
      const failure = await opened.store.append('main', drafts).catch((error) => error);
      expect(failure).toMatchObject({ code: 'InternalError', details: { verb: 'append' } });
      expect(failure.cause.message).toMatch(/evt_queue|obstacle/i);
      const all = inspect(failure, { depth: 10, showHidden: true });
      expect(all).not.toMatch(/sesame/i);
      expect(JSON.stringify({ ...failure.cause })).not.toMatch(/sesame/i);
    });
  });
}

const OBSTACLE: Record<DatabaseKind, string> = {
  sqlite: `create trigger obstacle before insert on evt_queue begin
    select raise(abort, 'obstacle') where new.type = 'SESAME'; end`,
  postgres: "alter table evt_queue add constraint obstacle check (type <> 'SESAME')",
  mysql: "alter table evt_queue add constraint obstacle check (type <> 'SESAME')",
};
