/** What the writers of the crash test do, said so briefly that one line tells it, and exactly enough to be replayed. */
import { fromText, singleKey, type Operation } from '@rollcall/core';

export type CrashOperation =
  /** All of these keys get this value, in one commit. */
  | { readonly type: 'put'; readonly keys: readonly string[]; readonly value: string; readonly lease: string | null }
  | { readonly type: 'delete'; readonly keys: readonly string[] }
  | { readonly type: 'grant'; readonly lease: string }
  | { readonly type: 'revoke'; readonly lease: string };

/** What a crash writer prints: what it is about to do, and what was acknowledged. */
export type CrashReport =
  | { readonly is: 'starting' }
  | { readonly is: 'opened'; readonly epoch: string; readonly revision: number }
  | { readonly is: 'begun'; readonly writer: number; readonly operation: CrashOperation }
  | { readonly is: 'done'; readonly writer: number; readonly revision: number }
  | { readonly is: 'compacting'; readonly revision: number }
  | { readonly is: 'compacted'; readonly revision: number };

export const WRITERS = 6;

/** A writer has its own keys, so that what they should be does not depend on how writers meet. */
export function writerOf(key: string): number {
  return Number(key.split('/')[0]);
}

/** Some keys are too long to be LMDB's own, and some values too long for a page; a line tells their beginnings only. */
export function wholeKey(key: string): string {
  return key.endsWith('/long') ? key.padEnd(2_500, '.') : key;
}

export function wholeValue(value: string): string {
  return value.endsWith('large') ? value.padEnd(9_000, '.') : value;
}

export function operationsOf(operation: CrashOperation): Operation[] {
  if (operation.type === 'delete') return operation.keys.map((key) => ({ type: 'delete', range: singleKey(fromText(wholeKey(key))) }));
  if (operation.type !== 'put') return [];
  const { keys, value, lease } = operation;
  return keys.map((key) => ({
    type: 'put',
    key: fromText(wholeKey(key)),
    value: fromText(wholeValue(value)),
    ...(lease === null ? {} : { lease: BigInt(lease) }),
  }));
}

/** The next operation of a writer that holds these leases. Its name makes every value another one. */
export function chooseOperation(chance: () => number, writer: number, leases: readonly string[], name: string): CrashOperation {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;
  const keys = [`${writer}/a`, `${writer}/b`, `${writer}/${pick(['c', 'd', 'e', 'f', 'g'])}`, `${writer}/long`];
  const value = pick([name, name, name, `${name} large`]);
  switch (pick(['put', 'put', 'put all', 'put all', 'put all', 'delete', 'delete all', 'grant', 'revoke', 'lease'] as const)) {
    case 'put':
      return { type: 'put', keys: [pick(keys)], value, lease: null };
    case 'put all':
      return { type: 'put', keys, value, lease: leases.length > 0 && chance() < 0.3 ? pick(leases) : null };
    case 'delete':
      return { type: 'delete', keys: [pick(keys)] };
    case 'delete all':
      return { type: 'delete', keys };
    case 'revoke':
      if (leases.length > 2) return { type: 'revoke', lease: pick(leases) };
      break;
    case 'lease':
      if (leases.length > 0) return { type: 'put', keys: [pick(keys)], value, lease: pick(leases) };
      break;
    case 'grant':
  }
  return { type: 'grant', lease: String(writer * 1_000_000_000 + Math.floor(chance() * 999_999_999) + 1) };
}

/** Numbers in [0, 1) from a seed. (The conformance package has better ones, but brings all of vitest into a program.) */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}
