// The mutants: faults that the product must not have, each as a change of its source. A test build gets one of them by
// MUTANT=<name> (transform.cjs), and mutants.test.ts proves that each is caught. `MUTANT=<name> npx jest
// test/history/postgres` runs one by hand.
//
//   name       of the mutant
//   breaks     the rule that it breaks
//   edits      where: `find` stands in `file` exactly once, and becomes `replace`
//   databases  which have the rule; the first is tried by `npm test`, when the mutant is drawn; all of them, for all mutants, by `npm run
//              test:stress`
//   shows      the words of the history's verdict (the rules of test/history/checker.ts, `unexpected` for an answer
//              that nothing explains) of which one must appear
//   runs       within how many runs; each has a seed of its own. What takes a race shows in every second run or so:
//              the bound is what chance cannot reach, not what is usual
//   settings   of its history, beside those of all (child.ts)
//   test       instead of the history, where that cannot show the fault within seconds: the file, the title of the test
//              that must fail, and a pattern of what its failure says; DATABASE stands for the database's name
//
// Where a rule has a second guard behind it (the primary key of evt_queue, the look for holes of store.readAfter), the
// guard would turn the fault into an error; a mutant that is to show the fault itself takes the guard away too.
const mutants = [
  ...require('./catalogue/numbers.cjs'),
  ...require('./catalogue/steps.cjs'),
  ...require('./catalogue/reading.cjs'),
  ...require('./catalogue/acknowledging.cjs'),
  ...require('./catalogue/discarding.cjs'),
  ...require('./catalogue/forking.cjs'),
  ...require('./catalogue/parking.cjs'),
  ...require('./catalogue/answering.cjs'),
  ...require('./catalogue/relaying.cjs'),
  ...require('./catalogue/copying.cjs'),
  ...require('./catalogue/sealing.cjs'),
  ...require('./catalogue/streaming.cjs'),
];

exports.mutants = mutants;
