// Prints `N passed, N failed` over the tests and the steps around them; fails on any failure and on no test at all.
import { readFileSync } from 'node:fs';

const [, , path, failedSteps] = process.argv;
let results = { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 0 };
try {
  results = JSON.parse(readFileSync(path, 'utf8'));
} catch {
  console.error('The tests left no results.');
}
const passed = results.numPassedTests;
// A step that failed without a failed test (a suite that does not load, the check) counts too.
const failed = Math.max(results.numFailedTests + results.numFailedTestSuites, Number(failedSteps));
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${passed === 0 ? Math.max(1, failed) : failed} failed`);
