/**
 * What one node says to another: HTTP/1.1 with JSON, and a few headers that say who is meant. The protocol has a version, and
 * who does not speak it says so.
 */
import {
  errorCatalogue,
  isObject,
  isRollcallError,
  looks,
  LOOKS_TOGETHER_MAX,
  RollcallError,
  type AttendantName,
  type ErrorCode,
  type Heard,
  type LiveNode,
  type Look,
} from '@rollcall/core';

/** The versions that this program speaks. */
export const PEER_PROTOCOL: { readonly min: number; readonly max: number } = { min: 1, max: 1 };

export const peerPaths = {
  beats: '/peer/v1/beats',
  ages: '/peer/v1/ages',
  looks: '/peer/v1/looks',
  calls: '/peer/v1/calls',
  node: '/peer/v1/node',
} as const;

/** Lower case, as Node hands them over. */
export const peerHeaders = {
  protocol: 'rollcall-peer',
  /** Who asks, for the log. */
  from: 'rollcall-from',
  /** Who is meant, as `lifeOf` writes it. */
  to: 'rollcall-to',
} as const;

/** One request names at most so many: 5,000 beats are a second of a large fleet. */
export const ATTENDANTS_PER_REQUEST_MAX = 5000;

/** More than the longest name of an attendant: namespace, service, id and check, percent-encoded. */
const ATTENDANT_CHARACTERS_MAX = 8192;

/** Bytes of one request: beats and questions are cut to a quarter of it, and a bulk registration is at most 1 MiB where it comes in. */
export const PEER_BODY_BYTES_MAX: number = 4 * 1024 * 1024;

export const PEER_CHUNK_BYTES_MAX: number = PEER_BODY_BYTES_MAX / 4;

/**
 * One life of a node. Another process may have taken its address, or its name, and has heard nothing of what that one
 * heard: its "never" must not be taken for an answer.
 */
export function lifeOf({ name, createRevision }: Pick<LiveNode, 'name' | 'createRevision'>): string {
  return `${name}@${createRevision}`;
}

/** Ages are rounded down: younger than it was keeps somebody alive for a moment more, older might not. */
export function beatsBody(heard: readonly Heard[], waitedMs: number): string {
  return JSON.stringify({ who: heard.map(({ who }) => who), ageMs: heard.map(({ ageMs }) => wholeAge(ageMs + waitedMs)) });
}

/** Throws `invalid-request`. */
export function readBeats(body: unknown): readonly Heard[] {
  const who = readNames(body);
  const ageMs = isObject(body) ? body['ageMs'] : null;
  if (!Array.isArray(ageMs) || ageMs.length !== who.length || !ageMs.every(isAge))
    throw wrong('ageMs', 'an age of 0 or more for each name');
  return who.map((one, at) => ({ who: one, ageMs: ageMs[at] as number }));
}

export function agesBody(who: readonly AttendantName[]): string {
  return JSON.stringify({ who });
}

/** Throws `invalid-request`. */
export function readNames(body: unknown): readonly AttendantName[] {
  const who = isObject(body) ? body['who'] : null;
  if (!Array.isArray(who) || who.length > ATTENDANTS_PER_REQUEST_MAX || !who.every(isName)) {
    throw wrong('who', `a list of at most ${ATTENDANTS_PER_REQUEST_MAX} names`);
  }
  return who as AttendantName[];
}

export function agesAnswer(ages: readonly (number | null)[]): string {
  return JSON.stringify({ ageMs: ages.map((age) => (age === null ? null : wholeAge(age))) });
}

/** Throws for what is no answer to a question about so many. */
export function readAges(answer: unknown, count: number): readonly (number | null)[] {
  const ageMs = isObject(answer) ? answer['ageMs'] : null;
  if (Array.isArray(ageMs) && ageMs.length === count && ageMs.every((age) => age === null || isAge(age))) return ageMs as (number | null)[];
  throw new Error('the answer is none to what was asked');
}

export function looksBody(keys: readonly string[]): string {
  return JSON.stringify({ keys });
}

/** Throws `invalid-request`. */
export function readLooksAsked(body: unknown): readonly string[] {
  const keys = isObject(body) ? body['keys'] : null;
  if (Array.isArray(keys) && keys.length <= LOOKS_TOGETHER_MAX && keys.every(isName)) return keys as string[];
  throw wrong('keys', `a list of at most ${LOOKS_TOGETHER_MAX} checks`);
}

export function looksAnswer(found: readonly Look[]): string {
  return JSON.stringify({ found });
}

/** Throws for what is no answer to a question about so many. */
export function readLooks(answer: unknown, count: number): readonly Look[] {
  const found = isObject(answer) ? answer['found'] : null;
  if (!Array.isArray(found) || found.length !== count) throw new Error('the answer is none to what was asked');
  // A newer node may know more words; nothing is written for those.
  return found.map((one) => looks.find((look) => look === one) ?? 'unsure');
}

/** One odd number must not make an answer about a thousand others one that is refused. */
function wholeAge(ageMs: number): number {
  return Math.min(Math.max(0, Math.floor(ageMs)), Number.MAX_SAFE_INTEGER);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= ATTENDANT_CHARACTERS_MAX;
}

function isAge(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

export function wrong(field: string, allowed: string): RollcallError {
  return new RollcallError('invalid-request', `${field} is not what a peer says; allowed is ${allowed}.`);
}

export interface ErrorOnWire {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function errorOnWire(error: unknown): ErrorOnWire {
  if (isRollcallError(error)) return { code: error.code, message: error.message, details: error.details };
  return { code: 'internal' satisfies ErrorCode, message: errorCatalogue.internal.meaning, details: {} };
}

/** A code that this program does not know is one of a newer one: what became of the thing nobody here can tell. */
export function readError(value: unknown): RollcallError {
  const { code, message, details } = isObject(value) ? value : {};
  const text = typeof message === 'string' ? message : 'The other node said no, and not why.';
  const known = typeof code === 'string' && Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : 'outcome-unknown';
  return new RollcallError(known, text, isObject(details) ? details : {});
}
