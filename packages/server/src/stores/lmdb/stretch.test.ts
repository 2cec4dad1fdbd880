import { NO_LEASE, type Change, type RevisionBatch } from '@rollcall/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeFrame, FrameWriter, sealFrame } from './frame.js';
import { batchOf, behind, countOf, lastOf, type Stretch } from './stretch.js';

const segment = { number: 3, salt: 77 };
const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((one) => Buffer.from(one));

/** Batches of puts and deletes, their revisions one after the other. */
const batches = fc
  .tuple(fc.integer({ min: 2, max: 2 ** 40 }), fc.array(fc.array(fc.tuple(bytes, bytes, fc.boolean()), { minLength: 1, maxLength: 3 })))
  .map(([first, all]) => all.map((changes, at) => batch(first + at, changes)));

function batch(revision: number, changes: readonly (readonly [Buffer, Buffer, boolean])[]): RevisionBatch {
  return { revision, changes: changes.map((change) => changeOf(revision, ...change)) };
}

function changeOf(revision: number, key: Buffer, value: Buffer, isPut: boolean): Change {
  const previous = { key, value, createRevision: 2, modRevision: revision - 1, version: 4, lease: 9n };
  if (!isPut) return { type: 'delete', key, previous };
  const entry = { key, value, createRevision: revision, modRevision: revision, version: 1, lease: NO_LEASE };
  return { type: 'put', entry, previous: null };
}

function revisionsOf(stretch: Stretch | null): readonly RevisionBatch[] {
  return stretch === null ? [] : Array.from({ length: countOf(stretch) }, (_, index) => batchOf(stretch, index).batch);
}

it('is the same where it was written and where it is read, leases between its revisions or not', () => {
  fc.assert(
    fc.property(batches, fc.integer({ min: 0, max: 12 }), (all, left) => {
      const writer = new FrameWriter();
      const leases = all.flatMap((_, at) => (at % 3 === 1 ? [{ granted: { id: BigInt(at), ttlMs: 5 } }, { revoked: BigInt(at) }] : []));
      all.forEach((one, at) => {
        writer.batch({ batch: one, wallMs: at });
        if (at % 3 === 1) for (const lease of leases.filter((record) => idOf(record) === BigInt(at))) writer.lease(lease);
      });
      const { frame, stretch } = writer.take();
      const read = decodeFrame(segment, sealFrame(frame, segment, 12), 0);
      expect(read).toMatchObject({ sequence: 12, leases, bytes: frame.bytes.length });
      expect(revisionsOf(stretch)).toEqual(all);
      expect(revisionsOf(read?.stretch ?? null)).toEqual(all);
      if (stretch === null) return;
      expect(lastOf(stretch)).toBe(all.at(-1)?.revision);
      expect(revisionsOf(behind(stretch.firstRevision - 1 + left, stretch))).toEqual(all.slice(left));
    }),
  );
});

it('keeps nothing of a revision that could not be written', () => {
  const writer = new FrameWriter();
  const good = batch(2, [[Buffer.from('a'), Buffer.from('1'), true]]);
  writer.batch({ batch: good, wallMs: 1 });
  const broken = { revision: 3, changes: [null as unknown as Change] };
  expect(() => writer.batch({ batch: broken, wallMs: 1 })).toThrow(TypeError);
  const next = batch(3, [[Buffer.from('b'), Buffer.from('2'), true]]);
  writer.batch({ batch: next, wallMs: 1 });
  expect(revisionsOf(writer.take().stretch)).toEqual([good, next]);
});

function idOf(record: { readonly granted: { readonly id: bigint } } | { readonly revoked: bigint }): bigint {
  return 'granted' in record ? record.granted.id : record.revoked;
}
