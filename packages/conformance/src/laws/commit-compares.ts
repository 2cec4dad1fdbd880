/** A commit takes `then` if every compare holds, otherwise `else`. */
import { NO_LEASE, type Compare, type KeyRange, type Store } from '@rollcall/core';
import { expect } from 'vitest';
import { law, type Law } from '../law.js';
import { plainCommit } from '../plain.js';
import { create, get, lease, mod, one, put, span, value, version } from '../talk.js';
import type { Trial } from '../trial.js';

async function holds(store: Store, ...when: Compare[]): Promise<boolean> {
  return (await store.commit({ when, then: [] })).succeeded;
}

type Is = Compare['is'];

/** Which of `= != < >` hold, for an operand below, at and above the truth. */
const order = { below: ['!=', '>'], at: ['='], above: ['!=', '<'] } as const;

async function expectOrder(store: Store, compare: (is: Is, at: keyof typeof order) => Compare): Promise<void> {
  for (const at of ['below', 'at', 'above'] as const) {
    for (const is of ['=', '!=', '<', '>'] as const) {
      expect(await holds(store, compare(is, at)), `the truth is ${is} an operand ${at} it`).toBe((order[at] as readonly Is[]).includes(is));
    }
  }
}

function near(truth: number): Record<keyof typeof order, number> {
  return { below: truth - 1, at: truth, above: truth + 1 };
}

/** `a` was created at 2, written at 4, in version 2; `b` is missing. */
async function prepare({ write }: Trial): Promise<void> {
  await write(put('a', 'old'));
  await write(put('c', 'x'));
  await write(put('a', 'mm'));
}

const a: KeyRange = one('a');
const b: KeyRange = one('b');

export const commitCompares: Law = law('commit-compares', 'a commit takes `then` if every compare holds, otherwise `else`', {
  'create, mod and version compare as numbers': async (trial) => {
    await prepare(trial);
    await expectOrder(trial.store, (is, at) => create(a, is, near(2)[at]));
    await expectOrder(trial.store, (is, at) => mod(a, is, near(4)[at]));
    await expectOrder(trial.store, (is, at) => version(a, is, near(2)[at]));
  },

  'values compare as bytes': async (trial) => {
    await prepare(trial);
    const beside: [string, string][] = [
      ['m', 'mmm'],
      ['ml\xff', 'mn'],
      ['', '\xff'],
      ['mM', 'mm\0'],
    ];
    for (const [below, above] of beside) await expectOrder(trial.store, (is, at) => value(a, is, { below, at: 'mm', above }[at]));
  },

  'leases compare as numbers, none being 0': async ({ store, grant, write }) => {
    const { id } = await grant();
    await write(put('a', '1', id), put('c', '1'));
    await expectOrder(store, (is, at) => lease(a, is, { below: id - 1n, at: id, above: id + 1n }[at]));
    expect(await holds(store, lease(one('c'), '=', NO_LEASE))).toBe(true);
    expect(await holds(store, lease(one('c'), '<', id))).toBe(true);
  },

  'a missing key counts as one whose numbers are 0': async (trial) => {
    await prepare(trial);
    for (const compare of [create, mod, version]) {
      await expectOrder(trial.store, (is, at) => compare(b, is, near(0)[at]));
    }
    expect(await holds(trial.store, lease(b, '=', NO_LEASE))).toBe(true);
    expect(await holds(trial.store, lease(b, '!=', NO_LEASE))).toBe(false);
    expect(await holds(trial.store, lease(b, '<', 1n))).toBe(true);
  },

  'no compare of a value holds for a missing key': async ({ store }) => {
    for (const is of ['=', '!=', '<', '>'] as const) {
      expect(await holds(store, value(b, is, ''))).toBe(false);
      expect(await holds(store, value(span('b', 'd'), is, 'x'))).toBe(false);
    }
  },

  'a deleted key is a missing key': async ({ store, write }) => {
    await write(put('b', '1'));
    await write({ type: 'delete', range: b });
    expect(await holds(store, version(b, '=', 0), create(b, '=', 0), mod(b, '=', 0))).toBe(true);
    expect(await holds(store, value(b, '=', '1'))).toBe(false);
  },

  'a compare on a range must hold for every key in it': async ({ store, write }) => {
    await write(put('a', '1'));
    await write(put('b', '1'));
    await write(put('b', '2'), put('c', '1'));
    expect(await holds(store, version(span('a', 'c'), '>', 0))).toBe(true);
    expect(await holds(store, version(span('a', 'c'), '=', 1))).toBe(false);
    expect(await holds(store, mod(span('b'), '=', 4))).toBe(true);
    expect(await holds(store, create(span(''), '<', 4))).toBe(false);
    expect(await holds(store, value(span('a', 'b'), '=', '1'))).toBe(true);
    expect(await holds(store, value(span('a', 'c'), '=', '1'))).toBe(false);
  },

  'a range without any key is treated as a missing key': async ({ store, write }) => {
    await write(put('a', '1'));
    for (const empty of [span('b', 'd'), span('d', 'b'), span('a', 'a')]) {
      expect(await holds(store, version(empty, '=', 0))).toBe(true);
      expect(await holds(store, mod(empty, '>', 0))).toBe(false);
      expect(await holds(store, value(empty, '!=', '1'))).toBe(false);
    }
  },

  'all compares must hold': async (trial) => {
    await prepare(trial);
    expect(await holds(trial.store)).toBe(true);
    expect(await holds(trial.store, version(a, '=', 2), value(a, '=', 'mm'), version(b, '=', 0))).toBe(true);
    expect(await holds(trial.store, version(a, '=', 2), version(b, '=', 1))).toBe(false);
  },

  'only the branch that is taken happens and answers': async ({ store, write, pairs }) => {
    await write(put('a', '1'));
    const commit = { when: [version(a, '=', 1)], then: [put('a', '2')], else: [get(a), put('b', '1')] };
    expect(plainCommit(await store.commit(commit))).toMatchObject({ succeeded: true, revision: 3, results: [{ put: { value: '1' } }] });
    expect(await pairs()).toEqual(['a=2']);
    const second = plainCommit(await store.commit(commit));
    expect(second).toMatchObject({ succeeded: false, revision: 4, results: [{ get: { entries: [{ value: '2' }] } }, { put: null }] });
    expect(await pairs()).toEqual(['a=2', 'b=1']);
    expect(await store.commit({ when: [version(a, '=', 1)], then: [] })).toEqual({ succeeded: false, revision: 4, results: [] });
  },
});
