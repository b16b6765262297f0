// Loads the modules that register sink types for a configuration file, before its sinks are looked at.
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError, type SettingSources, type Settings } from '../../config/load.ts';

/** Throws `ConfigError` with everything that could not be loaded. */
export async function loadSinkModules(
  { sinkModules }: Settings,
  sources: SettingSources,
): Promise<void> {
  const folder = folderOf(sources);
  const problems: string[] = [];
  for (const path of sinkModules) {
    try {
      await import(pathToFileURL(resolve(folder, path)).href);
    } catch (error) {
      problems.push(`sinkModules: ${path} cannot be loaded: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

/** What the paths are relative to: the file that names them, if nothing else does. */
function folderOf({ file, flags, environment }: SettingSources): string {
  const isElsewhere = Boolean(flags?.sinkModules ?? environment?.EVT_SINK_MODULES);
  return file === undefined || isElsewhere ? '.' : dirname(file);
}
