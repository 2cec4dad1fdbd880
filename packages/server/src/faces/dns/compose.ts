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
import { QUESTION_POINTER, RECORD_HEAD_BYTES, type PackedRecords, type Room } from './packed-records.js';

export type Transport = 'udp' | 'tcp';

export interface Reply {
  readonly rcode: number;
  /** Our own zone. */
  readonly authoritative: boolean;
  readonly recursion: boolean;
  readonly plan: Plan | null;
  /** The zone's SOA, which says how long a "no" may be kept, and the length of that zone's name; `null` where it has no place. */
  readonly negative: { readonly record: PackedRecords; readonly nameBytes: number } | null;
  /** At most so many records answer. */
  readonly answersMax: number;
  readonly cookie: Uint8Array | null;
  /** RFC 8914: why the answer is what it is; `null` where there is nothing to say. */
  readonly extendedError: number | null;
}

/** The most that an answer may have. */
export function limitOf({ edns }: DnsQuery, transport: Transport): number {
  if (transport === 'tcp') return TCP_BYTES_MAX;
  return edns === null ? PLAIN_UDP_BYTES : Math.min(Math.max(edns.udpBytes, PLAIN_UDP_BYTES), UDP_BYTES_MAX);
}

/** Writes the whole answer from `at` to at most `end`, and leaves `at` behind it. Answers whether some records had no room. */
export function compose(query: DnsQuery, reply: Reply, transport: Transport, room: Room): boolean {
  const { bytes, start } = room;
  const { edns, questionEnd } = query;
  if (edns !== null) room.end -= optBytes(reply);
  for (let at = HEADER_BYTES; at < questionEnd; at++) bytes[start + at] = query.bytes[at] as number;
  room.at = start + questionEnd;
  const { answers, authorities, glue, cut } = writeSections(room, query, reply, transport);
  if (edns !== null) writeOpt(room, edns.dnssec, reply);
  word(bytes, start, query.id);
  word(bytes, start + 2, flagsOf(query, reply, cut));
  word(bytes, start + 4, questionEnd > HEADER_BYTES ? 1 : 0);
  word(bytes, start + 6, answers);
  word(bytes, start + 8, authorities);
  word(bytes, start + 10, glue + (edns === null ? 0 : 1));
  return cut;
}

interface Sections {
  readonly answers: number;
  readonly authorities: number;
  readonly glue: number;
  readonly cut: boolean;
}

const NO_SECTIONS: Sections = { answers: 0, authorities: 0, glue: 0, cut: false };

function writeSections(room: Room, query: DnsQuery, { plan, negative, answersMax }: Reply, transport: Transport): Sections {
  if (plan !== null && plan.set !== null) return writePlan(room, plan, QUESTION_POINTER, answersMax, transport);
  if (negative === null) return NO_SECTIONS;
  const { at } = room;
  if (!negative.record.copy(0, room)) return { ...NO_SECTIONS, cut: true };
  word(room.bytes, at, 0xc000 + query.questionEnd - 4 - negative.nameBytes);
  return { ...NO_SECTIONS, authorities: 1 };
}

function writePlan(room: Room, { set, chain }: Plan, owner: number, answersMax: number, transport: Transport): Sections {
  if (set === null) return NO_SECTIONS;
  const most = chain === null ? answersMax : 1;
  const written = set.write(room, owner, most, transport === 'tcp');
  const cut = written.written < Math.min(set.count, most) && transport === 'udp';
  const next = written.written === 1 ? (chain?.[written.places[0] as number] ?? null) : null;
  if (next === null) return { answers: written.written, authorities: 0, glue: set.writeGlue(room, written), cut };
  const further = writePlan(room, next, 0xc000 + written.begin - room.start + RECORD_HEAD_BYTES, answersMax, transport);
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
