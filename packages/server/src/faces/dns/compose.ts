/** Puts an answer together: the question as it came, as many records as there is room for, and what EDNS wants to hear. */
import {
  ednsOptions,
  HEADER_BYTES,
  headerFlags,
  PLAIN_UDP_BYTES,
  recordTypes,
  TCP_BYTES_MAX,
  UDP_BYTES_MAX,
  type DnsQuery,
} from '@rollcall/wire';
import type { Plan } from './plan.js';
import type { Room } from './record-set.js';

export type Transport = 'udp' | 'tcp';

export interface Reply {
  readonly rcode: number;
  /** Our own zone. */
  readonly authoritative: boolean;
  readonly recursion: boolean;
  readonly plan: Plan | null;
  /** The zone's SOA, which says how long a "no" may be kept, and the length of that zone's name; `null` where it has no place. */
  readonly negative: { readonly record: Uint8Array; readonly nameBytes: number } | null;
  /** At most so many records answer. */
  readonly answersMax: number;
  readonly cookie: Uint8Array | null;
  /** RFC 8914: why the answer is what it is; `null` where there is nothing to say. */
  readonly extendedError: number | null;
}

export interface Composed {
  readonly bytes: number;
  /** Not all records had room. */
  readonly cut: boolean;
}

/** The most that an answer may have. */
export function limitOf({ edns }: DnsQuery, transport: Transport): number {
  if (transport === 'tcp') return TCP_BYTES_MAX;
  return edns === null ? PLAIN_UDP_BYTES : Math.min(Math.max(edns.udpBytes, PLAIN_UDP_BYTES), UDP_BYTES_MAX);
}

/** Writes the whole answer at `start`, where there must be room for the limit. */
export function compose(query: DnsQuery, reply: Reply, transport: Transport, bytes: Uint8Array, start: number): Composed {
  const limit = limitOf(query, transport);
  const message = bytes.subarray(start, start + limit);
  const opt = query.edns === null ? 0 : optBytes(reply);
  for (let at = HEADER_BYTES; at < query.questionEnd; at++) message[at] = query.bytes[at] as number;
  const room: Room = { bytes: message, at: query.questionEnd, end: limit - opt };
  const { answers, authorities, glue, cut } = writeSections(room, query, reply, transport);
  room.end = limit;
  if (query.edns !== null) writeOpt(room, query.edns.dnssec, reply);
  word(message, 0, query.id);
  word(message, 2, flagsOf(query, reply, cut));
  word(message, 4, query.questionEnd > HEADER_BYTES ? 1 : 0);
  word(message, 6, answers);
  word(message, 8, authorities);
  word(message, 10, glue + (query.edns === null ? 0 : 1));
  return { bytes: room.at, cut };
}

interface Sections {
  readonly answers: number;
  readonly authorities: number;
  readonly glue: number;
  readonly cut: boolean;
}

const NO_SECTIONS: Sections = { answers: 0, authorities: 0, glue: 0, cut: false };

/** The question's name, which all owners point to. */
const QUESTION = 0xc000 + HEADER_BYTES;

/** Pointer, type, class, time to live, length. */
const RECORD_HEAD_BYTES = 12;

function writeSections(room: Room, query: DnsQuery, { plan, negative, answersMax }: Reply, transport: Transport): Sections {
  if (plan !== null && plan.set !== null) return writePlan(room, plan, QUESTION, answersMax, transport);
  if (negative === null) return NO_SECTIONS;
  const owner = 0xc000 + query.questionEnd - 4 - negative.nameBytes;
  if (room.at + 2 + negative.record.length > room.end) return { ...NO_SECTIONS, cut: true };
  word(room.bytes, room.at, owner);
  room.bytes.set(negative.record, room.at + 2);
  room.at += 2 + negative.record.length;
  return { ...NO_SECTIONS, authorities: 1 };
}

function writePlan(room: Room, { set, chain }: Plan, owner: number, answersMax: number, transport: Transport): Sections {
  if (set === null) return NO_SECTIONS;
  const most = chain === null ? answersMax : 1;
  const written = set.write(room, owner, most, transport === 'tcp');
  const cut = written.written < Math.min(set.count, most) && transport === 'udp';
  const next = written.written === 1 ? (chain?.[written.places[0] as number] ?? null) : null;
  if (next === null) return { answers: written.written, authorities: 0, glue: set.writeGlue(room, written), cut };
  const further = writePlan(room, next, 0xc000 + written.start + RECORD_HEAD_BYTES, answersMax, transport);
  return { ...further, answers: further.answers + 1, cut: further.cut || cut };
}

function flagsOf({ flags }: DnsQuery, { rcode, authoritative, recursion }: Reply, cut: boolean): number {
  return (
    headerFlags.QR |
    (flags & (headerFlags.OPCODE | headerFlags.RD)) |
    (authoritative ? headerFlags.AA : 0) |
    (cut ? headerFlags.TC : 0) |
    (recursion ? headerFlags.RA : 0) |
    (rcode & headerFlags.RCODE)
  );
}

const OPT_BYTES = 11;
const OPTION_HEAD_BYTES = 4;
const ERROR_BYTES = 2;

function optBytes({ cookie, extendedError }: Reply): number {
  return (
    OPT_BYTES + (cookie === null ? 0 : OPTION_HEAD_BYTES + cookie.length) + (extendedError === null ? 0 : OPTION_HEAD_BYTES + ERROR_BYTES)
  );
}

function writeOpt(room: Room, dnssec: boolean, reply: Reply): void {
  const { bytes, at } = room;
  const { rcode, cookie, extendedError } = reply;
  bytes[at] = 0;
  word(bytes, at + 1, recordTypes.OPT);
  word(bytes, at + 3, UDP_BYTES_MAX);
  bytes[at + 5] = rcode >> 4;
  bytes[at + 6] = 0;
  // Who asks for signatures is told that this was understood, though nothing here is signed.
  word(bytes, at + 7, dnssec ? 0x8000 : 0);
  word(bytes, at + 9, optBytes(reply) - OPT_BYTES);
  room.at = at + OPT_BYTES;
  if (cookie !== null) {
    word(bytes, room.at, ednsOptions.COOKIE);
    word(bytes, room.at + 2, cookie.length);
    bytes.set(cookie, room.at + OPTION_HEAD_BYTES);
    room.at += OPTION_HEAD_BYTES + cookie.length;
  }
  if (extendedError !== null) {
    word(bytes, room.at, ednsOptions.ERROR);
    word(bytes, room.at + 2, ERROR_BYTES);
    word(bytes, room.at + OPTION_HEAD_BYTES, extendedError);
    room.at += OPTION_HEAD_BYTES + ERROR_BYTES;
  }
}

function word(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}

/** An answer without records. */
export function bareReply(rcode: number, cookie: Uint8Array | null = null): Reply {
  return {
    rcode,
    authoritative: false,
    recursion: false,
    plan: null,
    negative: null,
    answersMax: 0,
    cookie,
    extendedError: null,
  };
}
