/**
 * DNS cookies (RFC 7873), made as RFC 9018 says, so that several servers with one secret take each other's. Whoever
 * sends ours back can receive at the address that it claims.
 */
import { sipHash } from './siphash.js';

/** `new`: the sender has cookies, but none of ours that holds. */
export type CookieState = 'none' | 'new' | 'valid';

const CLIENT_BYTES = 8;
const COOKIE_BYTES = 24;
const VERSION = 1;

/** RFC 9018: how old one may be, how far ahead another server's clock, and from when on a new one is given. */
const AGE_MAX_S = 3600;
const AHEAD_MAX_S = 300;
const RENEWED_AFTER_S = 1800;

/** Sixteen bytes that nobody knows. */
export const COOKIE_SECRET_BYTES = 16;

export interface CookieAnswer {
  readonly state: CookieState;
  /** What is sent back. */
  readonly cookie: Uint8Array;
}

export function answerCookie(secret: Uint8Array, came: Uint8Array, address: Uint8Array, nowS: number): CookieAnswer {
  if (came.length === COOKIE_BYTES && came[CLIENT_BYTES] === VERSION) {
    const age = (nowS - u32(came, 12)) | 0;
    if (age <= AGE_MAX_S && age >= -AHEAD_MAX_S && holds(secret, came, address)) {
      return { state: 'valid', cookie: age <= RENEWED_AFTER_S ? came : made(secret, came, address, nowS) };
    }
  }
  return { state: 'new', cookie: made(secret, came, address, nowS) };
}

function holds(secret: Uint8Array, came: Uint8Array, address: Uint8Array): boolean {
  const hash = hashOf(secret, came.subarray(0, 16), address);
  let difference = 0;
  for (let at = 0; at < hash.length; at++) difference |= (hash[at] as number) ^ (came[16 + at] as number);
  return difference === 0;
}

function made(secret: Uint8Array, came: Uint8Array, address: Uint8Array, nowS: number): Uint8Array {
  const cookie = new Uint8Array(COOKIE_BYTES);
  cookie.set(came.subarray(0, CLIENT_BYTES));
  cookie.set([VERSION, 0, 0, 0, (nowS >>> 24) & 0xff, (nowS >>> 16) & 0xff, (nowS >>> 8) & 0xff, nowS & 0xff], CLIENT_BYTES);
  cookie.set(hashOf(secret, cookie.subarray(0, 16), address), 16);
  return cookie;
}

/** Over the client's part, version, reserved bytes, time, and address. */
function hashOf(secret: Uint8Array, head: Uint8Array, address: Uint8Array): Uint8Array {
  const message = new Uint8Array(head.length + address.length);
  message.set(head);
  message.set(address, head.length);
  return sipHash(secret, message);
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0
  );
}
