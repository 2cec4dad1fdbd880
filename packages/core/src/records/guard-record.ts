/**
 * The brake on departures, as the log has it under `/rollcall/guard`. Attendance writes it; the view only reads whether
 * the guard holds anybody, which is when a service that it would leave empty panics. Who is held says so in its own
 * health record.
 */
import type { Bytes } from '../ports/store.js';
import { fromText } from '../store/bytes.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';
import { isObject } from '../catalog/value-kind.js';

export interface GuardState {
  /** The budget of this window is spent, and somebody waits because of it. */
  readonly holding: boolean;
  /** When the window began, by the wall clock; 0 before the first. */
  readonly windowStartMs: number;
  /** How many were present when it began. */
  readonly presentAtStart: number;
  /** How many have departed in it by lapse or failed probes. */
  readonly departed: number;
  /** How many more an operator let go in it. */
  readonly released: number;
}

/** A log without the record: nobody was ever counted. */
export const idleGuard: GuardState = { holding: false, windowStartMs: 0, presentAtStart: 0, departed: 0, released: 0 };

export const guardKey: Bytes = fromText('/rollcall/guard');

/** The newest format that this program reads, and the one that it writes. */
const FORMAT = 1;

export function encodeGuardRecord(state: GuardState): Bytes {
  return encodeUtf8(JSON.stringify({ format: FORMAT, ...state }));
}

/** `null` for what cannot be read: then the window begins anew, which costs one budget at most. */
export function decodeGuardRecord(bytes: Bytes): GuardState | null {
  const json = parseJson(bytes);
  if (!isObject(json) || typeof json['format'] !== 'number' || json['format'] > FORMAT) return null;
  const count = (name: keyof GuardState): number => {
    const value = json[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : 0;
  };
  return {
    holding: json['holding'] === true,
    windowStartMs: count('windowStartMs'),
    presentAtStart: count('presentAtStart'),
    departed: count('departed'),
    released: count('released'),
  };
}

function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    return null;
  }
}
