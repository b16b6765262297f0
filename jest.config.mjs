/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // cborg is an ES module only, which Jest neither finds nor loads by itself.
  moduleNameMapper: { '^cborg$': '<rootDir>/node_modules/cborg/cborg.js' },
  transformIgnorePatterns: ['/node_modules/(?!cborg/)'],
  transform: {
    '^.+\\.ts$|/node_modules/cborg/.+\\.js$': [
      '<rootDir>/test/mutants/transform.cjs',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  testTimeout: 60_000,
  // Tests wait more than they work: three took 12m55 on two cores, two 14m03.
  maxWorkers: 3,
};
