/** A watch begins where it was asked to: Resumable from the past, patient for the future. */
import { isRollcallError } from '@rollcall/core';
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { one, put, remove, span } from '../talk.js';
import type { Trial } from '../trial.js';

/** Revisions 2 to `last`, each putting `a`; every third `b` too. */
async function writeUpTo({ write, head }: Trial, last: number): Promise<void> {
  for (let revision = (await head()) + 1; revision <= last; revision++) {
    await write(put('a', `${revision}`), ...(revision % 3 === 0 ? [put('b', `${revision}`)] : []));
  }
}

function upTo(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

export const watchStart: Law = law('watch-start', 'a watch begins where it was asked to', {
  'with whatever comes next, if nothing is said': async (trial) => {
    await writeUpTo(trial, 5);
    const listener = trial.listen();
    await writeUpTo(trial, 7);
    await listener.reaches(7);
    expect(listener.revisions).toEqual([6, 7]);
  },

  'with any revision of the past, and goes on with the present': async (trial) => {
    await writeUpTo(trial, 12);
    const listeners = upTo(1, 13).map((fromRevision) => trial.listen({ fromRevision }));
    await writeUpTo(trial, 15);
    for (const [index, listener] of listeners.entries()) {
      await listener.reaches(15);
      expect(listener.revisions).toEqual(upTo(Math.max(2, index + 1), 15));
    }
  },

  'with only what touched its range': async (trial) => {
    await writeUpTo(trial, 12);
    const listener = trial.listen({ range: one('b'), fromRevision: 4 });
    await listener.reaches(12);
    expect(listener.story).toEqual(['6: b=6', '9: b=9', '12: b=12']);
  },

  'while others write': async (trial) => {
    await writeUpTo(trial, 20);
    const writing = writeUpTo(trial, 60);
    const listeners = [2, 10, 20].map((fromRevision) => trial.listen({ fromRevision }));
    await writing;
    for (const [index, from] of [2, 10, 20].entries()) {
      await listeners[index]?.reaches(60);
      expect(listeners[index]?.revisions).toEqual(upTo(from, 60));
    }
  },

  'with a revision of the future, and not before': async (trial) => {
    await writeUpTo(trial, 3);
    const soon = trial.listen({ fromRevision: 5 });
    const later = trial.listen({ fromRevision: 20 });
    await writeUpTo(trial, 7);
    await soon.reaches(7);
    expect(soon.revisions).toEqual([5, 6, 7]);
    await writeUpTo(trial, 21);
    await later.reaches(21);
    expect(later.revisions).toEqual([20, 21]);
  },

  'and resumes behind its position, without gap or duplicate': async (trial) => {
    const heard: number[] = [];
    await writeUpTo(trial, 4);
    let from = 2;
    for (let stop = 4; stop <= 24; stop += 5) {
      const listener = trial.listen({ fromRevision: from });
      await writeUpTo(trial, stop);
      await listener.hears(1);
      listener.cancel();
      from = listener.watch.position + 1;
      expect(listener.revisions).toEqual(upTo(from - listener.revisions.length, from - 1));
      heard.push(...listener.revisions);
    }
    const last = trial.listen({ fromRevision: from });
    await writeUpTo(trial, 26);
    await last.reaches(26);
    expect([...heard, ...last.revisions]).toEqual(upTo(2, 26));
  },

  'or says that this is compacted': async (trial) => {
    await writeUpTo(trial, 8);
    await trial.write(remove('a'));
    await trial.store.compact(9);
    const late = trial.listen({ fromRevision: 8 });
    expect(isRollcallError(await late.ends(), 'revision-compacted')).toBe(true);
    expect(late.batches).toEqual([]);
    const early = trial.listen({ fromRevision: 2, range: span('x') });
    expect(isRollcallError(await early.ends(), 'revision-compacted')).toBe(true);
  },

  'and may begin with the compacted revision itself': async (trial) => {
    await writeUpTo(trial, 8);
    await trial.write(remove('a'));
    await trial.store.compact(9);
    await trial.write(put('c', '1'));
    const listener = trial.listen({ fromRevision: 9 });
    await listener.reaches(10);
    expect(listener.story).toEqual(['9: -a', '10: c=1']);
  },
});
