// Where credentials lie, and whether there are any: without them a node serves in open mode.
import { existsSync } from 'node:fs';
import type { Settings } from '../config/load.ts';

/** The file unless the settings say otherwise. */
const DEFAULT_CREDENTIALS = './data/credentials.json';

export function credentialsPath({ credentials }: Pick<Settings, 'credentials'>): string {
  return credentials ?? DEFAULT_CREDENTIALS;
}

/** null = open mode. A path that was set must be there; that is found when it is read. */
export function credentialsInForce(settings: Pick<Settings, 'credentials'>): string | null {
  if (settings.credentials !== null) return settings.credentials;
  return existsSync(DEFAULT_CREDENTIALS) ? DEFAULT_CREDENTIALS : null;
}
