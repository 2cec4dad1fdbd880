/**
 * When an etcd forgets its history, for all the nodes before it: how old revisions are is written down in one record, and who
 * writes it next decides. Pure.
 */
import { fromText, toText, type Bytes } from '@rollcall/core';
import type { HistoryLimits } from '../../shared/auto-compaction.js';

/** Where the log stood at a moment. */
interface Sample {
  readonly revision: number;
  readonly wallMs: number;
}

export interface CompactionRecord {
  /** When somebody last looked. */
  readonly lookedMs: number;
  /** What is older is forgotten, or is about to be. */
  readonly compacted: number;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

/** However many nodes there are, one of them looks in this time. */
export const ROUND_MS = 60_000;

/** So much finer than the age that is kept, and so many samples at most. */
const SAMPLES_PER_AGE = 50;

export function planCompaction(
  record: CompactionRecord | null,
  head: number,
  nowMs: number,
  { ageMaxMs, revisionsMax }: HistoryLimits,
): CompactionRecord | null {
  const { lookedMs, compacted, samples } = record ?? { lookedMs: -Infinity, compacted: 0, samples: [] };
  // A clock that went back, or another node's that is ahead, must not keep everybody waiting.
  if (nowMs >= lookedMs && nowMs - lookedMs < Math.min(ROUND_MS, ageMaxMs)) return null;
  const past = samples.filter(({ wallMs }) => wallMs <= nowMs);
  const old = past.findLast(({ wallMs }) => wallMs <= nowMs - ageMaxMs);
  const target = Math.max(compacted, old?.revision ?? 0, head - revisionsMax);
  const kept = past.filter(({ revision }) => revision > target);
  const isDue = nowMs - (kept.at(-1)?.wallMs ?? -Infinity) >= ageMaxMs / SAMPLES_PER_AGE;
  return { lookedMs: nowMs, compacted: target, samples: isDue ? [...kept, { revision: head, wallMs: nowMs }] : kept };
}

export function encodeCompaction({ lookedMs, compacted, samples }: CompactionRecord): Bytes {
  return fromText(JSON.stringify({ format: 1, lookedMs, compacted, samples: samples.map(({ revision, wallMs }) => [revision, wallMs]) }));
}

/** `null` for what is none, or of a format that is not known here: then it begins anew. */
export function decodeCompaction(value: Bytes): CompactionRecord | null {
  try {
    const { format, lookedMs, compacted, samples } = JSON.parse(toText(value)) as Record<string, unknown>;
    if (format !== 1 || !isNumber(lookedMs) || !isNumber(compacted) || !Array.isArray(samples)) return null;
    const pairs = samples.filter((one): one is [number, number] => Array.isArray(one) && isNumber(one[0]) && isNumber(one[1]));
    return { lookedMs, compacted, samples: pairs.map(([revision, wallMs]) => ({ revision, wallMs })) };
  } catch {
    return null;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
