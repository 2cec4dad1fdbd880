/** Adds up the JSON reports of several vitest runs: prints how many tests passed and failed, in all. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const passed = sum(reports.map((report) => report.numPassedTests));
// A file that could not even be loaded has no tests to count, and has failed all the same.
const unloaded = reports.map(
  (report) => report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length,
);
const failed = sum(reports.map((report) => report.numFailedTests)) + sum(unloaded);
console.log(`${passed} passed, ${failed} failed`);

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
