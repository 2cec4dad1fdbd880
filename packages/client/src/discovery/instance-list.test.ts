import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedList, differenceOf, inOrder } from './instance-list.js';
import { instance } from './simulated-registry.fixture.js';

const some = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'));
const listOf = (ids: readonly string[]): ReturnType<typeof inOrder> =>
  inOrder(
    ids.map((id) => instance(id)),
    undefined,
  );

describe('a list of instances', () => {
  it('with a few changes is the list that one would make anew', () => {
    fc.assert(
      fc.property(some, some, some, (present, upserted, removed) => {
        const upserts = upserted.map((id) => instance(id, { weight: 2 }));
        const all = new Map(listOf(present).map((one) => [one.id, one]));
        const before = inOrder(all.values(), undefined);
        for (const id of removed) all.delete(id);
        for (const one of upserts) all.set(one.id, one);
        expect(changedList(before, upserts, removed)).toEqual(inOrder(all.values(), undefined));
      }),
    );
  });

  it('differs from another one by who came, who went and who changed', () => {
    fc.assert(
      fc.property(some, some, some, (both, came, went) => {
        const stays = both.filter((id) => !came.includes(id) && !went.includes(id));
        const added = came.filter((id) => !went.includes(id));
        const removed = went.filter((id) => !came.includes(id));
        const turned = stays.filter((_, at) => at % 2 === 0);
        const kept = new Map(stays.map((id) => [id, instance(id)]));
        const before = inOrder([...kept.values(), ...removed.map((id) => instance(id))], undefined);
        for (const id of turned) kept.set(id, instance(id, { weight: 2 }));
        const difference = differenceOf(before, inOrder([...kept.values(), ...added.map((id) => instance(id))], undefined));
        const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id).toSorted();
        expect([ids(difference.added), ids(difference.removed), ids(difference.changed)]).toEqual(
          [added, removed, turned].map((one) => one.toSorted()),
        );
      }),
    );
  });
});
