/** Requests drawn by chance, from so few keys that they meet each other all the time. */
import type { Commit, Compare, KeyRange, LeaseId, Operation, RangeRequest } from '@rollcall/core';
import fc from 'fast-check';
import { create, lease, mod, nested, one, put, putAgain, remove, span, value, version } from './talk.js';

/** Neighbours in every awkward way: prefixes of each other, zeros, the last byte, and two too long for most engines. */
const KEYS: readonly string[] = ['\0', 'a', 'a\0', 'ab', 'b', 'c', '\xff', 'c'.repeat(2_500), `${'c'.repeat(2_500)}d`];

const VALUES: readonly string[] = ['', '1', '2', '\0\xff', 'v'.repeat(300)];

/** The ids that leases get here; the last one is never granted. */
export const LEASE_IDS: readonly LeaseId[] = [1n, 2n, 3n];
const UNKNOWN_LEASE: LeaseId = 4n;

const key: fc.Arbitrary<string> = fc.constantFrom(...KEYS);
const text: fc.Arbitrary<string> = fc.constantFrom(...VALUES);
const leaseId: fc.Arbitrary<LeaseId> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...LEASE_IDS) },
  { weight: 1, arbitrary: fc.constant(UNKNOWN_LEASE) },
);
const leaseOfPut: fc.Arbitrary<LeaseId | 'keep' | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: leaseId },
  { weight: 1, arbitrary: fc.constant('keep' as const) },
);

/** Single keys mostly; also empty and reversed ranges, and such without an end. */
export const keyRange: fc.Arbitrary<KeyRange> = fc.oneof(
  { weight: 3, arbitrary: key.map(one) },
  { weight: 2, arbitrary: fc.tuple(key, fc.option(key)).map(([from, to]) => span(from, to)) },
  { weight: 1, arbitrary: fc.constant(span('')) },
);

const small: fc.Arbitrary<number> = fc.nat({ max: 12 });

/** Where to look, counted back from where the log will stand; below 0 is the future. */
export const stepsBack: fc.Arbitrary<number> = fc.integer({ min: -2, max: 15 });

export const rangeOptions: fc.Arbitrary<Omit<RangeRequest, 'range' | 'revision'>> = fc.record(
  {
    limit: fc.nat({ max: 5 }),
    keysOnly: fc.boolean(),
    count: fc.boolean(),
    minModRevision: small,
    maxModRevision: fc.nat({ max: 40 }),
    minCreateRevision: small,
    maxCreateRevision: fc.nat({ max: 40 }),
  },
  { requiredKeys: [] },
);

const is: fc.Arbitrary<Compare['is']> = fc.constantFrom('=', '!=', '<', '>');

const compare: fc.Arbitrary<Compare> = fc.oneof(
  fc.tuple(fc.constantFrom(create, mod, version), keyRange, is, small).map(([target, range, how, operand]) => target(range, how, operand)),
  fc.tuple(keyRange, is, text).map(([range, how, operand]) => value(range, how, operand)),
  fc.tuple(keyRange, is, fc.constantFrom(0n, ...LEASE_IDS)).map(([range, how, operand]) => lease(range, how, operand)),
);

function writeOf(name: string): fc.Arbitrary<Operation> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.tuple(text, leaseOfPut).map(([content, hangsOn]) => put(name, content, hangsOn)) },
    { weight: 1, arbitrary: leaseOfPut.map((hangsOn) => putAgain(name, hangsOn)) },
    { weight: 4, arbitrary: fc.constant(remove(name)) },
  );
}

/** Most lists write each key once; some do as they please. */
const writes: fc.Arbitrary<Operation[]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.shuffledSubarray([...KEYS], { minLength: 1, maxLength: 3 }).chain((names) => fc.tuple(...names.map(writeOf))),
  },
  { weight: 2, arbitrary: keyRange.map((range): Operation[] => [{ type: 'delete', range }]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.oneof(
        key.chain(writeOf),
        keyRange.map((range): Operation => ({ type: 'delete', range })),
      ),
      { maxLength: 3 },
    ),
  },
);

function seldom<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 10, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const read: fc.Arbitrary<Operation> = fc
  .record({ range: keyRange, options: rangeOptions, revision: seldom(fc.integer({ min: 1, max: 12 })) })
  .map(({ range, options, revision }) => ({ type: 'get', range, ...options, ...(revision === undefined ? {} : { revision }) }));

/** Commits may break every rule: what is refused, and with what code, is compared as well. */
export function commit(depth: number = 2): fc.Arbitrary<Commit> {
  const other = depth === 0 ? read : fc.oneof({ weight: 4, arbitrary: read }, { weight: 1, arbitrary: commit(depth - 1).map(nested) });
  const operations = fc
    .tuple(writes, fc.array(other, { maxLength: 2 }), fc.array(other, { maxLength: 1 }))
    .map(([own, before, behind]) => [...before, ...own, ...behind]);
  return fc
    .record({ when: fc.array(compare, { maxLength: 2 }), then: operations, else: fc.option(operations, { nil: undefined }) })
    .map(({ else: otherwise, ...rest }) => ({ ...rest, ...(otherwise === undefined ? {} : { else: otherwise }) }));
}

/** One put that nothing can refuse, so that histories grow. */
export const plainPut: fc.Arbitrary<Commit> = fc.tuple(key, text).map(([name, content]) => ({ then: [put(name, content)] }));

/** What is printed of a request when a run fails. */
export function printed(request: unknown): string {
  return JSON.stringify(request, (_name, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (!(part instanceof Uint8Array)) return part;
    return part.length > 40 ? `${part.length} bytes` : Buffer.from(part).toString('latin1');
  });
}
