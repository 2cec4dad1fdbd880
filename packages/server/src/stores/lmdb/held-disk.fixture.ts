/** A disk that can be told to be slow or to fail: LMDB's commits, the one place where the store is written, go through it. */
import { onTestFinished, vi } from 'vitest';
import { Tables } from './tables.js';

export interface HeldDisk {
  /** From now on commits are written, but nobody is told until `release`. */
  hold(): void;
  release(): void;
  /** From now on commits fail with this; `null`: no more. */
  fail(reason: Error | null): void;
  /** How many commits have been written since `hold`. */
  written(): number;
}

export function holdDisk(): HeldDisk {
  const commit = Tables.prototype.commit;
  let failure: Error | null = null;
  let written = 0;
  let release: (() => void) | null = null;
  let held: Promise<void> = Promise.resolve();
  const spy = vi.spyOn(Tables.prototype, 'commit').mockImplementation(async function (this: Tables, ...args) {
    const reason = failure;
    if (reason === null) await commit.apply(this, args);
    written++;
    await held;
    if (reason !== null) throw reason;
  });
  onTestFinished(() => {
    release?.();
    spy.mockRestore();
  });
  return {
    hold: () => {
      written = 0;
      held = new Promise((resolve) => (release = resolve));
    },
    release: () => {
      release?.();
      held = Promise.resolve();
    },
    fail: (reason) => void (failure = reason),
    written: () => written,
  };
}
