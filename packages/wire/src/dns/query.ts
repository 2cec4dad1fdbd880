/**
 * Reads what arrives at a server: one question, with what EDNS says beside it. Nothing is copied, nothing thrown;
 * whatever the bytes are, the answer is a query, an error code to answer with, or nothing.
 */
import { ednsOptions, HEADER_BYTES, headerFlags, opcodes, rcodes, recordTypes } from './codes.js';
import { nameEnd, plainNameEnd } from './name.js';

export interface DnsQuery {
  /** The whole message. */
  readonly bytes: Uint8Array;
  readonly id: number;
  /** The header's second word, as it came. */
  readonly flags: number;
  /** What must be answered at once, or NOERROR. BADVERS comes with `edns`. */
  readonly rcode: number;
  /** Where the first question ends, which begins behind the header; there, if it cannot be read. */
  readonly questionEnd: number;
  readonly type: number;
  readonly class: number;
  readonly edns: DnsEdns | null;
}

export interface DnsEdns {
  /** What the sender says that it can receive. */
  readonly udpBytes: number;
  readonly version: number;
  /** The sender would like signatures. */
  readonly dnssec: boolean;
  /** Its own eight bytes, and behind them what a server gave it earlier. */
  readonly cookie: Uint8Array | null;
}

/** `undefined` for what must never be answered: answers, and what has no header. */
export function decodeQuery(bytes: Uint8Array): DnsQuery | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const flags = u16(bytes, 2);
  if ((flags & headerFlags.QR) !== 0) return undefined;
  if ((flags & headerFlags.OPCODE) >> 11 !== opcodes.QUERY) return broken(bytes, flags, rcodes.NOTIMP);
  const questions = u16(bytes, 4);
  if (questions > 1) return broken(bytes, flags, rcodes.FORMERR);
  if (questions === 0) return withoutQuestion(bytes, flags);
  const end = plainNameEnd(bytes, HEADER_BYTES, bytes.length);
  if (end < 0 || end + 4 > bytes.length) return broken(bytes, flags, rcodes.FORMERR);
  const questionEnd = end + 4;
  const [type, klass] = [u16(bytes, end), u16(bytes, end + 2)];
  if (questionEnd === bytes.length && u16(bytes, 6) + u16(bytes, 8) + u16(bytes, 10) === 0) {
    return { bytes, id: u16(bytes, 0), flags, rcode: rcodes.NOERROR, questionEnd, type, class: klass, edns: null };
  }
  const edns = readSections(bytes, questionEnd);
  const rcode = rcodeOf(edns);
  return { bytes, id: u16(bytes, 0), flags, rcode, questionEnd, type, class: klass, edns: edns ?? null };
}

function rcodeOf(edns: DnsEdns | null | undefined): number {
  if (edns === undefined) return rcodes.FORMERR;
  return edns !== null && edns.version > 0 ? rcodes.BADVERS : rcodes.NOERROR;
}

/** Allowed for who only wants a cookie (RFC 7873). */
function withoutQuestion(bytes: Uint8Array, flags: number): DnsQuery {
  const edns = readSections(bytes, HEADER_BYTES);
  if (edns === undefined || edns === null || edns.cookie === null) return broken(bytes, flags, rcodes.FORMERR);
  const rcode = rcodeOf(edns);
  return { bytes, id: u16(bytes, 0), flags, rcode, questionEnd: HEADER_BYTES, type: 0, class: 0, edns };
}

function broken(bytes: Uint8Array, flags: number, rcode: number): DnsQuery {
  return { bytes, id: u16(bytes, 0), flags, rcode, questionEnd: HEADER_BYTES, type: 0, class: 0, edns: null };
}

/** The sections behind the question, up to the end of the message; `undefined` if they are none, `null` without EDNS. */
function readSections(bytes: Uint8Array, start: number): DnsEdns | null | undefined {
  const [answers, authorities, additionals] = [u16(bytes, 6), u16(bytes, 8), u16(bytes, 10)];
  const records = answers + authorities + additionals;
  let at = start;
  let edns: DnsEdns | null = null;
  for (let record = 0; record < records; record++) {
    const end = nameEnd(bytes, at, bytes.length);
    if (end < 0 || end + 10 > bytes.length) return undefined;
    const [type, dataBytes] = [u16(bytes, end), u16(bytes, end + 8)];
    const next = end + 10 + dataBytes;
    if (next > bytes.length) return undefined;
    if (type === recordTypes.OPT) {
      // Once, of the root, and among the additional ones (RFC 6891).
      if (edns !== null || end !== at + 1 || record < answers + authorities) return undefined;
      edns = readOpt(bytes, end, next);
      if (edns === null) return undefined;
    }
    at = next;
  }
  return at === bytes.length ? edns : undefined;
}

/** `null` if its options cannot be read. */
function readOpt(bytes: Uint8Array, at: number, end: number): DnsEdns | null {
  const version = bytes[at + 5] as number;
  const udpBytes = u16(bytes, at + 2);
  const dnssec = ((bytes[at + 6] as number) & 0x80) !== 0;
  let cookie: Uint8Array | null = null;
  // What another version holds is not known.
  const optionsEnd = version === 0 ? end : at;
  for (let place = at + 10; place < optionsEnd;) {
    if (place + 4 > end) return null;
    const [code, length] = [u16(bytes, place), u16(bytes, place + 2)];
    const next = place + 4 + length;
    if (next > end) return null;
    if (code === ednsOptions.COOKIE && cookie === null) {
      if (length !== CLIENT_COOKIE_BYTES && (length < COOKIE_BYTES_MIN || length > COOKIE_BYTES_MAX)) return null;
      cookie = bytes.subarray(place + 4, next);
    }
    place = next;
  }
  return { udpBytes, version, dnssec, cookie };
}

/** RFC 7873: the client's part always has eight bytes, the server's eight to thirty-two. */
const CLIENT_COOKIE_BYTES = 8;
const COOKIE_BYTES_MIN = 16;
const COOKIE_BYTES_MAX = 40;

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
