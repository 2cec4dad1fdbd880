/** Short words for requests, so that a law reads like a sentence. Texts stand for bytes, one character each. */
import {
  fromText,
  singleKey,
  type Commit,
  type Compare,
  type DeleteOperation,
  type GetOperation,
  type KeyRange,
  type LeaseId,
  type NestedCommit,
  type PutOperation,
  type RangeRequest,
} from '@rollcall/core';

/** Exactly this key. */
export function one(key: string): KeyRange {
  return singleKey(fromText(key));
}

/** The keys `from <= key < to`; without a `to`, all from there on. */
export function span(from: string, to: string | null = null): KeyRange {
  return { from: fromText(from), to: to === null ? null : fromText(to) };
}

export function put(key: string, value: string, lease?: LeaseId | 'keep'): PutOperation {
  return { type: 'put', key: fromText(key), value: fromText(value), ...(lease === undefined ? {} : { lease }) };
}

/** Puts the value that is there again. */
export function putAgain(key: string, lease?: LeaseId | 'keep'): PutOperation {
  return { type: 'put', key: fromText(key), value: 'keep', ...(lease === undefined ? {} : { lease }) };
}

export function remove(key: string): DeleteOperation {
  return { type: 'delete', range: one(key) };
}

export function removeSpan(from: string, to: string | null = null): DeleteOperation {
  return { type: 'delete', range: span(from, to) };
}

export function get(range: KeyRange, options: Omit<RangeRequest, 'range'> = {}): GetOperation {
  return { type: 'get', range, ...options };
}

export function nested(commit: Commit): NestedCommit {
  return { type: 'commit', ...commit };
}

type Is = Compare['is'];

export function create(range: KeyRange, is: Is, operand: number): Compare {
  return { target: 'create', range, is, operand };
}

export function mod(range: KeyRange, is: Is, operand: number): Compare {
  return { target: 'mod', range, is, operand };
}

export function version(range: KeyRange, is: Is, operand: number): Compare {
  return { target: 'version', range, is, operand };
}

export function value(range: KeyRange, is: Is, operand: string): Compare {
  return { target: 'value', range, is, operand: fromText(operand) };
}

export function lease(range: KeyRange, is: Is, operand: LeaseId): Compare {
  return { target: 'lease', range, is, operand };
}

/** `numbered('k', 3)`: k000, k001, k002. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => prefix + String(index).padStart(3, '0'));
}
