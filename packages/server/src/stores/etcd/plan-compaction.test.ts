import { fromText } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { decodeCompaction, encodeCompaction, planCompaction, ROUND_MS, type CompactionRecord } from './plan-compaction.js';

const limits = { ageMaxMs: 50 * ROUND_MS, revisionsMax: 1_000 };

/** A record that somebody looks at once a round, while the log grows by so many revisions in each. */
function after(rounds: number, perRound: number): CompactionRecord {
  let record: CompactionRecord | null = null;
  for (let round = 0; round < rounds; round++) record = planCompaction(record, 1 + round * perRound, round * ROUND_MS, limits);
  if (record === null) throw new Error('Nobody looked.');
  return record;
}

describe('what is forgotten of an etcd', () => {
  it('is nothing at first', () => {
    expect(planCompaction(null, 500, 0, limits)).toEqual({ lookedMs: 0, compacted: 0, samples: [{ revision: 500, wallMs: 0 }] });
  });

  it('is what is older than the age, to within a round', () => {
    expect(after(60, 1).compacted).toBe(10);
  });

  it('is what is further back than so many revisions, however young', () => {
    expect(after(5, 1_000).compacted).toBe(3_001);
  });

  it('is looked at by one node in a round, whoever it is', () => {
    const record = after(3, 1);
    expect(planCompaction(record, 9, record.lookedMs + ROUND_MS - 1, limits)).toBeNull();
    expect(planCompaction(record, 9, record.lookedMs + ROUND_MS, limits)).not.toBeNull();
  });

  it('does not wait for a clock that was ahead, and believes none of what it said', () => {
    const record = { lookedMs: 9e15, compacted: 7, samples: [{ revision: 90, wallMs: 9e15 }] };
    expect(planCompaction(record, 100, 0, limits)).toEqual({ lookedMs: 0, compacted: 7, samples: [{ revision: 100, wallMs: 0 }] });
  });

  it('never goes back, and its record stays small', () => {
    const record = after(10_000, 3);
    expect(record.compacted).toBeGreaterThan(29_000);
    expect(record.samples.length).toBeLessThanOrEqual(52);
    expect(planCompaction(record, record.compacted, record.lookedMs + ROUND_MS, limits)?.compacted).toBeGreaterThanOrEqual(
      record.compacted,
    );
  });

  it('is read as it was written; what is none is as good as nothing', () => {
    const record = after(7, 5);
    expect(decodeCompaction(encodeCompaction(record))).toEqual(record);
    for (const text of ['', '{}', '[]', 'null', '{"format":2}', '{"format":1,"lookedMs":"x"}'])
      expect(decodeCompaction(fromText(text))).toBeNull();
  });
});
