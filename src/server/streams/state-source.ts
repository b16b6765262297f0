// The state as providers of the application's own see it.
import { ServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { StateView } from '../../state/state-view.ts';
import type { PublishedItem, StateSource } from '../stream-kinds.ts';
import { positionOf } from './position.ts';

export function stateSourceOf(views: ReadonlyMap<string, StateView>): StateSource {
  const allOf = ({ projection }: StateView) => ({ kinds: projection.kinds, isShort: false });
  const viewOf = (stream: string) => {
    const view = views.get(stream);
    if (view === undefined) throw new ServiceError('StateNotReady');
    return view;
  };
  return {
    isReady: async (stream = 'main') => (await views.get(stream)?.isReady()) ?? false,
    getAll: async (stream = 'main') => {
      const view = viewOf(stream);
      const { position, parts } = await view.wholeAt(allOf(view), await view.version(allOf(view)));
      return { position, state: JSON.parse(Buffer.concat([...parts]).toString()) };
    },
    since: async (id: string, stream = 'main') => {
      const view = viewOf(stream);
      const changed = await view.changedSince(allOf(view), positionOf('id', id).id as EventId);
      if (changed === null) return null;
      const items = changed.items.map(({ kind, key, version, value }): PublishedItem => {
        const given = value === null ? {} : { value: JSON.parse(value) };
        return { stream, kind, key, version, ...given };
      });
      return { position: changed.position, items };
    },
  };
}
