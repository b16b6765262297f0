// Brings the databases to the schema of this version.
import type { Call, Command } from '../command.ts';
import { ACTIVE_SETTINGS, withStore, withWarehouse } from '../databases.ts';

export const migrate: Command = {
  usage: 'migrate',
  description:
    'Applies what is missing to the active database. Nodes that do so at the same time wait for each other.',
  argsMin: 0,
  argsMax: 0,
  flags: {
    warehouse: {
      description:
        'The warehouse database too, and from now on nothing is discarded before it is archived.',
    },
  },
  settings: [...ACTIVE_SETTINGS, 'warehouseUrl'],
  run,
};

async function run({ settings, flags, stdout }: Call): Promise<void> {
  const { streams } = settings;
  const applied = await withStore(settings, async (store) => {
    const names = await store.migrate(streams);
    if (!flags.has('warehouse')) return names;
    const warehouseNames = await withWarehouse(settings, (warehouse) => warehouse.migrate(streams));
    for (const stream of streams) await store.requireArchive(stream);
    return [...names, ...warehouseNames];
  });
  for (const name of applied) await stdout.print(`Applied ${name}`);
  if (applied.length === 0) await stdout.print('Nothing to apply.');
}
