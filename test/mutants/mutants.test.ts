// Each mutant of the catalogue is caught within the number of runs that it states, and the source without one passes
// the same history. All of them take longer than a gate may, so some are drawn, by SEED; MUTANTS=all tries each. Each
// is tried on the first of its databases; MUTANT_DATABASES=all tries them all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mutex } from '../../src/base/mutex.ts';
import { databaseKinds, describeDatabase } from '../support/databases.ts';
import { openRandom } from '../support/random.ts';
import { type Mutant, mutants } from './catalogue.cjs';
import { runChild } from './child.ts';
import { mutate } from './mutate.cjs';

const TIMEOUT_MS = 1_800_000;
/** How many are tried, unless all are. */
const DRAWN = 1;
const random = openRandom();
const { seed } = random;
const areAll = process.env.MUTANTS === 'all';
const tried = areAll ? new Set(mutants) : drawn();
/** Where the source as it is passes; test/history shows that for each, at greater length. */
const sound = areAll ? databaseKinds : [databaseKinds[random.below(databaseKinds.length)]];
console.info(`mutants: SEED=${seed}`);

/** As many children at once as there are processors to run them. */
const lanes = [new Mutex(), new Mutex()];
let turns = 0;
const inTurn = <T>(work: () => Promise<T>) => (lanes[turns++ % lanes.length] as Mutex).run(work);

describe('the catalogue of mutants', () => {
  it.each(mutants)('finds what $name changes', ({ edits }) => {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const text = readFileSync(join(__dirname, '../..', file), 'utf8');
      const own = edits.filter((edit) => edit.file === file);
      expect(mutate(text, own)).not.toBe(text);
    }
  });

  it('has a name for each', () => {
    const names = mutants.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

for (const database of databaseKinds) {
  const isTried = ({ databases }: Mutant) =>
    process.env.MUTANT_DATABASES === 'all'
      ? databases.includes(database)
      : databases[0] === database;
  describeDatabase(database, 'a mutant', () => {
    if (sound.includes(database)) {
      it.concurrent(
        'that changes nothing breaks no rule',
        () =>
          inTurn(async () => {
            expect(await runChild({ mutant: null, database, seed })).toBe('good');
          }),
        TIMEOUT_MS,
      );
    }

    for (const mutant of mutants.filter((each) => tried.has(each) && isTried(each))) {
      it.concurrent(
        `is caught: ${mutant.name}`,
        () =>
          inTurn(async () => {
            const found = await runsUntilShown(mutant);
            console.info(`${mutant.name} on ${database}: ${found.join('; ')}`);
            expect(isShown(mutant, found.at(-1) ?? null)).toBe(true);
          }),
        TIMEOUT_MS,
      );
    }
  });

  /** What each run has come to, up to the one that shows it. */
  async function runsUntilShown(mutant: Mutant): Promise<string[]> {
    const found: string[] = [];
    while (found.length < mutant.runs && !isShown(mutant, found.at(-1) ?? null)) {
      const run = { mutant, database, seed: seed + found.length };
      found.push((await runChild(run)) ?? 'nothing');
    }
    return found;
  }
}

/** Any of them, each as often as another. */
function drawn(): Set<Mutant> {
  const left = [...mutants];
  const some = Array.from({ length: DRAWN }, () => left.splice(random.below(left.length), 1));
  return new Set(some.flat());
}

function isShown({ shows, test }: Mutant, found: string | null): boolean {
  if (found === null || found === 'nothing') return false;
  return test !== undefined || found.split(' ').some((word) => shows.includes(word));
}
