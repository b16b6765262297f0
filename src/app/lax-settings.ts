// No promise of ours is better than the database that it stands on: one that may lose what it has confirmed is named
// when a node starts.
import type { Logger } from '../telemetry/logger.ts';

interface Database {
  laxSettings(): Promise<Record<string, string>>;
}

export async function warnOfLaxSettings(
  database: Database,
  name: 'active' | 'warehouse',
  logger: Logger,
): Promise<void> {
  const settings = await database.laxSettings();
  if (Object.keys(settings).length === 0) return;
  logger.warn(
    { database: name, settings },
    'A crash of the database server or its machine may lose events that were confirmed: it does not wait for its disk.',
  );
}
