// Puts a mutant's edits into a source text.
const { join } = require('node:path');

/** The edits of a mutant that belong to the file at `path`. */
exports.editsOf = (mutant, path, rootDir) =>
  (mutant?.edits ?? []).filter(({ file }) => join(rootDir, file) === path);

/** Throws when what is to be replaced is not there exactly once: the source has changed, and the mutant must follow. */
exports.mutate = (text, edits) =>
  edits.reduce((changed, { file, find, replace }) => {
    const parts = changed.split(find);
    if (parts.length !== 2) {
      throw new Error(`${file} holds ${parts.length - 1} times what a mutant replaces:\n${find}`);
    }
    return parts.join(replace);
  }, text);
