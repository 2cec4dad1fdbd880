/** Answers as plain data with texts for bytes: easy to write down, to compare, and to read when a test fails. */
import {
  toText,
  type Change,
  type CommitResult,
  type Entry,
  type LeaseId,
  type OperationResult,
  type RangeResult,
  type RevisionBatch,
} from '@rollcall/core';

export interface PlainEntry {
  readonly key: string;
  readonly value: string;
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly lease: LeaseId;
}

export interface PlainRange {
  readonly revision: number;
  readonly entries: readonly PlainEntry[];
  readonly more: boolean;
  readonly count?: number;
}

export interface PlainCommit {
  readonly revision: number;
  readonly succeeded: boolean;
  readonly results: readonly PlainResult[];
}

export type PlainResult =
  | { readonly put: PlainEntry | null }
  | { readonly delete: readonly PlainEntry[] }
  | { readonly get: PlainRange }
  | { readonly commit: PlainCommit };

/** `now` is null where the key was deleted. */
export interface PlainChange {
  readonly key: string;
  readonly now: PlainEntry | null;
  readonly before: PlainEntry | null;
}

export interface PlainBatch {
  readonly revision: number;
  readonly changes: readonly PlainChange[];
}

export function plainEntry(entry: Entry): PlainEntry {
  const { createRevision, modRevision, version, lease } = entry;
  return { key: toText(entry.key), value: toText(entry.value), create: createRevision, mod: modRevision, version, lease };
}

export function plainRange(result: RangeResult): PlainRange {
  const { revision, entries, more, count } = result;
  return { revision, entries: entries.map(plainEntry), more, ...(count === undefined ? {} : { count }) };
}

export function plainCommit(result: CommitResult): PlainCommit {
  return { revision: result.revision, succeeded: result.succeeded, results: result.results.map(plainResult) };
}

function plainResult(result: OperationResult): PlainResult {
  switch (result.type) {
    case 'put':
      return { put: plainOrNull(result.previous) };
    case 'delete':
      return { delete: result.previous.map(plainEntry) };
    case 'get':
      return { get: plainRange(result) };
    case 'commit':
      return { commit: plainCommit(result) };
  }
}

export function plainBatch(batch: RevisionBatch): PlainBatch {
  return { revision: batch.revision, changes: batch.changes.map(plainChange) };
}

function plainChange(change: Change): PlainChange {
  const key = toText(change.type === 'put' ? change.entry.key : change.key);
  return { key, now: change.type === 'put' ? plainEntry(change.entry) : null, before: plainOrNull(change.previous) };
}

function plainOrNull(entry: Entry | null): PlainEntry | null {
  return entry === null ? null : plainEntry(entry);
}

/** `['a=1', 'b=2']` */
export function pairs(entries: readonly Entry[]): string[] {
  return entries.map((entry) => `${toText(entry.key)}=${toText(entry.value)}`);
}

/** `['2: a=1 b=2', '3: -a']` */
export function story(batches: readonly RevisionBatch[]): string[] {
  return batches.map((batch) => `${batch.revision}: ${batch.changes.map(changeText).join(' ')}`);
}

function changeText(change: Change): string {
  return change.type === 'put' ? `${toText(change.entry.key)}=${toText(change.entry.value)}` : `-${toText(change.key)}`;
}
