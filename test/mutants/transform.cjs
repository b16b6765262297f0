// How tests are compiled: by @swc/jest, with the mutant that MUTANT names put into the source first. The source itself
// holds no faults and no switches. What a mutant changes gets a key of its own in the cache of compiled files, or it
// would be met by runs without the mutant, and the other way round.
const { createHash } = require('node:crypto');
const swc = require('@swc/jest');
const { mutants } = require('./catalogue.cjs');
const { editsOf, mutate } = require('./mutate.cjs');

const name = process.env.MUTANT ?? '';
const mutant = mutants.find((each) => each.name === name);
if (name !== '' && mutant === undefined) throw new Error(`There is no mutant ${name}.`);

exports.createTransformer = (options) => {
  const inner = swc.createTransformer(options);
  const edits = (path, { config }) => editsOf(mutant, path, config.rootDir);
  return {
    ...inner,
    process: (text, path, context) =>
      inner.process(mutate(text, edits(path, context)), path, context),
    processAsync: (text, path, context) =>
      inner.processAsync(mutate(text, edits(path, context)), path, context),
    getCacheKey: (text, path, context) => {
      const key = inner.getCacheKey(text, path, context);
      const own = edits(path, context);
      if (own.length === 0) return key;
      return createHash('sha1').update(key).update(JSON.stringify(own)).digest('hex');
    },
  };
};
