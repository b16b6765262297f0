// The order of test files where no earlier run has left their times, as in a fresh clone: Jest then goes by their sizes,
// and would begin last with the few that take minutes, though they are short to read.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = ['test/mutants/', 'test/history/', 'test/orm/', 'test/crash/', 'test/recipes/'];

class LongestFirst extends Sequencer {
  sort(tests) {
    return super
      .sort(tests)
      .map((test) => ({ test, rank: rankOf(test) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ test }) => test);
  }
}

/** The sort is stable: files of one rank stay as Jest has them. */
function rankOf({ path, duration }) {
  const nth = LONGEST.findIndex((folder) => path.includes(folder));
  return duration !== undefined || nth < 0 ? LONGEST.length : nth;
}

module.exports = LongestFirst;
