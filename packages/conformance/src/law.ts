/** A law of the Store: a sentence, and the cases that show whether an engine keeps it. */
import { isRollcallError, type ErrorCode } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import type { Inability, StoreHarness } from './harness.js';
import { tryOut, type Trial } from './trial.js';

export type Case = (trial: Trial) => Promise<void>;

export interface Law {
  readonly name: string;
  readonly sentence: string;
  readonly cases: Readonly<Record<string, Case>>;
}

export function law(name: string, sentence: string, cases: Readonly<Record<string, Case>>): Law {
  return { name, sentence, cases };
}

/** Registers the law's cases with vitest, those that the engine can't keep as cases that must fail. */
export function enforce(law: Law, harness: StoreHarness): void {
  describe(`${law.name}: ${law.sentence}`, () => {
    for (const [title, run] of Object.entries(law.cases)) {
      const inability = harness.cannot?.find((one) => namesCase(one, law, title));
      const name = inability === undefined ? title : `${title} (cannot: ${inability.reason})`;
      const attempt = (): Promise<void> => tryOut(harness, run);
      const test = inability === undefined ? attempt : (): Promise<void> => mustFail(inability, attempt);
      if (harness.realTime === undefined) it(name, test);
      else it.concurrent(name, test, harness.realTime.caseWithinMs);
    }
  });
}

/** An inability that names nothing here would excuse nobody from anything. */
export function checkInabilities(laws: readonly Law[], harness: StoreHarness): void {
  for (const inability of harness.cannot ?? []) {
    const known = laws.some((law) => Object.keys(law.cases).some((title) => namesCase(inability, law, title)));
    if (!known) it(`knows the law '${inability.law}'`, () => expect.fail(`No law and no case is called '${inability.law}'.`));
  }
}

function namesCase(inability: Inability, law: Law, title: string): boolean {
  return inability.law === law.name || inability.law === `${law.name}: ${title}`;
}

async function mustFail(inability: Inability, run: () => Promise<void>): Promise<void> {
  const failed = await run().then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error(`'${inability.law}' is said to be impossible (${inability.reason}), but it passes. Take it off the list.`);
}

/** The promise is refused with this code. */
export async function refused(answer: Promise<unknown>, code: ErrorCode): Promise<void> {
  const error = await answer.then(
    (value) => expect.fail(`should be refused with ${code}, but answers ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (!isRollcallError(error)) throw error;
  expect(error.code).toBe(code);
}
