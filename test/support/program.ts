/**
 * Suites that need a program which is not ours: an etcd to compare with, a client to be understood by.
 * Where it is not installed they are skipped and say so; with ROLLCALL_NO_SKIPS=1, as the CI sets it, that is
 * a failure, so that a suite cannot be absent without anybody noticing.
 */
import { describe, it } from 'vitest';
import { findProgram } from './find-program.js';

/** `describe` for a suite that starts these programs. `body` is called only if all of them are there. */
export function describeWith(programs: readonly string[], title: string, body: () => void): void {
  const missing = programs.find((name) => findProgram(name) === undefined);
  if (missing === undefined) {
    describe(title, body);
    return;
  }
  const notice = `skipped: ${missing} not found`;
  if (process.env['ROLLCALL_NO_SKIPS'] === '1') {
    it(title, () => {
      throw new Error(`${notice}; ROLLCALL_NO_SKIPS=1 wants every suite to run: install ${missing}`);
    });
    return;
  }
  // Said aloud too, because a skipped test's title shows up only in verbose reports.
  process.stderr.write(`${notice}\n`);
  describe(title, () => {
    it.skip(notice);
  });
}
