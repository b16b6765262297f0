// Debian or Ubuntu packages, with the libraries that they need and this machine lacks, unpacked
// into a folder. Nothing is installed and nothing of the system's apt is changed: caches, and
// package lists where the system's are absent or too old, are kept in that folder too. Runs as any
// user.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { giveTo } from './folder.mjs';
import { run } from './program.mjs';

const downloadMsMax = 180_000;
const dependencyDepthMax = 5;
// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are those of dpkg-query
const statusFormat = '${Package} ${db:Status-Status}\\n';

/**
 * Unpacks packages and gives `{ root, libraryPath }`: the folder that stands for `/`, and its
 * library folders. What is no library and yet needed has to be named.
 */
export async function unpackPackages(names, place) {
  const apt = new Apt(place);
  await apt.prepare();
  try {
    await apt.download(names);
  } catch {
    // No lists at all, as in a container's image, or so old that the archive has dropped the
    // version they name.
    await apt.refreshLists();
    await apt.download(names);
  }
  return apt.unpack();
}

class Apt {
  #place;
  #folder;
  #options = [];

  constructor(place) {
    this.#folder = join(place.folder, 'apt');
    this.#place = { ...place, folder: this.#folder };
  }

  async prepare() {
    for (const folder of ['cache', 'lists/partial', 'packages', 'root']) {
      await mkdir(join(this.#folder, folder), { recursive: true });
    }
    await giveTo(this.#place.account, this.#folder);
    // Debian's images switch the package cache off; with it the second call takes 0.3 s instead of
    // 1.0 s.
    this.#options = [`Dir::Cache=${this.#folder}/cache`, 'Dir::Cache::pkgcache=pkgcache.bin'];
  }

  async refreshLists() {
    this.#options.push(`Dir::State::lists=${this.#folder}/lists`, 'Acquire::Languages=none');
    // One unreachable source of many fails the whole update; whether ours is there shows in the
    // download.
    await this.#run('apt-get', ['update'], { isFailureFine: true });
  }

  async download(wanted) {
    const names = await this.#withMissingLibraries(wanted);
    await this.#run('apt-get', ['download', ...names], { folder: join(this.#folder, 'packages') });
  }

  async unpack() {
    const root = join(this.#folder, 'root');
    const packages = join(this.#folder, 'packages');
    for (const file of await readdir(packages)) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', join(packages, file), root], this.#place);
    }
    return { root, libraryPath: await libraryPathOf(root) };
  }

  /**
   * Follows the dependencies by hand, since the names differ between releases (libaio1,
   * libaio1t64).
   */
  async #withMissingLibraries(wanted) {
    const names = new Set(wanted);
    let added = wanted;
    for (let depth = 0; added.length > 0 && depth < dependencyDepthMax; depth++) {
      const shown = await this.#run('apt-cache', ['show', '--no-all-versions', ...added]);
      added = (await this.#missing(readDependencies(shown))).filter(
        (library) => !names.has(library),
      );
      for (const library of added) names.add(library);
    }
    return names;
  }

  /** Of every group of alternatives without an installed member, names the first. */
  async #missing(groups) {
    const libraries = groups.filter(([first]) => /^z?lib/.test(first));
    if (libraries.length === 0) return [];
    const args = ['-W', '-f', statusFormat, ...new Set(libraries.flat())];
    const listed = await run('dpkg-query', args, { ...this.#place, isFailureFine: true });
    const isInstalled = (library) => listed.split('\n').includes(`${library} installed`);
    const missing = libraries.filter((group) => !group.some(isInstalled));
    return [...new Set(missing.map(([first]) => first))];
  }

  #run(path, args, options = {}) {
    const settings = this.#options.flatMap((option) => ['-o', option]);
    // The whole environment: proxies and certificates are named there.
    const env = { ...process.env, LC_ALL: 'C', HOME: this.#folder };
    return run(path, ['-q', ...settings, ...args], {
      ...this.#place,
      env,
      msMax: downloadMsMax,
      ...options,
    });
  }
}

/** The library folders of a folder that stands for `/`, as `LD_LIBRARY_PATH` has them. */
export async function libraryPathOf(root) {
  const folders = [];
  for (const parent of ['usr/lib', 'lib']) {
    for (const name of await namesIn(join(root, parent))) {
      if (!name.includes('-linux-')) continue;
      const folder = join(root, parent, name);
      folders.push(folder);
      // Some keep libraries of their own one level deeper and know only their installed place.
      for (const inner of await namesIn(folder)) {
        const files = await namesIn(join(folder, inner));
        if (files.some((file) => /\.so(\.|$)/.test(file))) folders.push(join(folder, inner));
      }
    }
  }
  return folders.join(':');
}

function namesIn(folder) {
  return readdir(folder).catch(() => []);
}

/**
 * Reads all `Depends:` fields; each dependency is a group of alternative names, without versions.
 */
function readDependencies(shown) {
  const fields = shown.split('\n').filter((line) => line.startsWith('Depends: '));
  const groups = fields.flatMap((line) => line.slice('Depends: '.length).split(','));
  return groups.map((group) => group.split('|').map((name) => name.trim().split(/[ :(]/)[0]));
}
