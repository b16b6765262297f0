// The state as providers of the application's own see it. Positions are those of `/streams/state`.
import { ServiceError } from '../../contract/errors.ts';
import type { StatePart, StateView } from '../../state/state-view.ts';
import type { PublishedItem, StateSource } from '../stream-kinds.ts';
import { statePositionOf } from './position.ts';
import { stateOf, statePositionText } from './state-frames.ts';

export function stateSourceOf(views: ReadonlyMap<string, StateView>): StateSource {
  const allOf = ({ projection }: StateView): StatePart => ({
    ...{ kinds: projection.kinds, isShort: false, mark: '' },
  });
  const viewOf = (stream: string) => {
    const view = views.get(stream);
    if (view === undefined) throw new ServiceError('StateNotReady');
    return view;
  };
  return {
    isReady: async (stream = 'main') => (await views.get(stream)?.isReady()) ?? false,
    getAll: async (stream = 'main') => {
      const view = viewOf(stream);
      const all = allOf(view);
      const { position, epoch, generation, parts } = await view.wholeAt(
        all,
        await view.version(all),
      );
      return {
        position: statePositionText(position, epoch, stateOf(all, generation)),
        state: JSON.parse(Buffer.concat([...parts]).toString()),
      };
    },
    since: async (id: string, stream = 'main') => {
      const view = viewOf(stream);
      const all = allOf(view);
      const last = statePositionOf('id', id);
      // It may have been in what is no more.
      if (last.epoch !== view.epoch) return null;
      const changed = await view.changedSince(all, last.id);
      if (changed === null || last.of !== stateOf(all, changed.generation)) return null;
      const items = changed.items.map(({ kind, key, version, value }): PublishedItem => {
        const given = value === null ? {} : { value: JSON.parse(value) };
        return { stream, kind, key, version, ...given };
      });
      return { position: statePositionText(changed.position, changed.epoch, last.of), items };
    },
  };
}
