/** The steps of a random run: each does the same to the model and to the store, and compares what they answer. */
import { RollcallError, type Commit, type KeyRange, type LeaseId, type RangeRequest } from '@rollcall/core';
import type fc from 'fast-check';
import { expect } from 'vitest';
import { printed } from './arbitraries.js';
import { checkInvariants } from './invariants.js';
import type { Model, Outcome } from './model.js';
import { plainCommit, plainRange } from './plain.js';
import type { Subject } from './model-subject.js';

export type Step = fc.AsyncCommand<Model, Subject>;

/** Every step is a sentence and what it does; `fits` says when it may be taken. */
function step(
  sentence: string,
  run: (model: Model, subject: Subject) => Promise<void>,
  fits: (model: Readonly<Model>) => boolean = () => true,
): Step {
  return { check: fits, run, toString: () => sentence };
}

export function commits(commit: Commit): Step {
  return step(`commit ${printed(commit)}`, async (model, subject) => {
    await same(model.commit(commit), async () => plainCommit(await subject.store.commit(commit)));
  });
}

export function reads(request: RangeRequest, stepsBack: number | null): Step {
  return step(`read ${printed(request)}, ${stepsBack ?? 0} back`, async (model, subject) => {
    const revision = stepsBack === null ? undefined : Math.max(1, model.revision - stepsBack);
    const asked = { ...request, ...(revision === undefined ? {} : { revision }) };
    await same(model.range(asked), async () => plainRange(await subject.store.range(asked)));
  });
}

/** `from` counts from where the log stands; `oldest` is the first revision that can still be watched. */
export function watches(range: KeyRange, from: number | 'now' | 'oldest', slowness: number): Step {
  return step(`watch ${printed(range)} from ${from}`, async (model, subject) => {
    const revision = typeof from === 'number' ? Math.max(1, model.revision + from) : { now: null, oldest: model.compactedRevision }[from];
    subject.watch(model, range, revision, slowness);
  });
}

export function compacts(stepsBack: number): Step {
  return step(`compact ${stepsBack} back`, async (model, subject) => {
    await subject.checkWatches(model);
    const revision = Math.max(1, model.revision - stepsBack);
    await same(model.compact(revision), async () => {
      await subject.store.compact(revision);
      return null;
    });
    expect((await subject.store.status()).compactedRevision).toBe(model.compactedRevision);
  });
}

export function grants(id: LeaseId, ttlMs: number): Step {
  return step(`grant lease ${id}`, async (model, subject) => {
    const asked = async (): Promise<LeaseId> => (await subject.store.grantLease({ id, ttlMs })).id;
    if (model.leases.has(id)) return same({ refused: new Set(['lease-exists'] as const) }, asked);
    await same({ answer: id }, asked);
    model.leases.set(id, { ttlMs });
  });
}

export function revokes(id: LeaseId): Step {
  return step(`revoke lease ${id}`, async (model, subject) => {
    const asked = async (): Promise<number> => (await subject.store.revokeLease(id)).revision;
    if (!model.leases.has(id)) return same({ refused: new Set(['lease-not-found'] as const) }, asked);
    await same({ answer: model.endLease(id) }, asked);
  });
}

/** Only one lease of a run is short, so that it is known which one expires. */
export function expires(id: LeaseId): Step {
  return step(
    `let lease ${id} expire`,
    async (model, subject) => {
      const { ttlMs } = model.leases.get(id) as { ttlMs: number };
      await subject.advance(ttlMs * 2, id);
      model.endLease(id);
    },
    (model) => model.leases.has(id),
  );
}

export function looksAtLeases(): Step {
  return step('look at the leases', (model, subject) => subject.checkLeases(model));
}

export function reopens(): Step {
  return step('reopen', (model, subject) => subject.reopen(model));
}

export function checksEverything(): Step {
  return step('check everything', async (model, subject) => {
    await subject.checkWatches(model);
    await checkInvariants(subject.store);
  });
}

async function same<Answer>(expected: Outcome<Answer>, ask: () => Promise<Answer>): Promise<void> {
  const actual = await ask().then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  if ('refused' in expected) {
    if ('answer' in actual) expect.fail(`should be refused with ${[...expected.refused].join(' or ')}`);
    if (!(actual.error instanceof RollcallError)) throw actual.error;
    expect([...expected.refused]).toContain(actual.error.code);
  } else {
    if ('error' in actual) throw actual.error;
    expect(actual.answer).toEqual(expected.answer);
  }
}
