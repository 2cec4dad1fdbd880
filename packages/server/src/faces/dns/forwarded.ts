/** Questions as they are passed on to another server, and its answers as they are passed back. Pure: bytes in, bytes out. */
import type { Random } from '@rollcall/core';
import {
  decodeMessage,
  decodeQuery,
  DnsWriter,
  foldByte,
  HEADER_BYTES,
  headerFlags,
  rcodes,
  recordTypes,
  UDP_BYTES_MAX,
  type DnsMessage,
  type DnsQuery,
  type DnsRecord,
} from '@rollcall/wire';
import { limitOf, type Transport } from './compose.js';

/** Checking disabled (RFC 4035): whoever asks wants to check signatures by himself. */
const CD = 0x0010;
const OPT_BYTES = 11;

/** What another server said, without what it said to us alone. */
export interface Remembered {
  /** Header, question, and records. */
  readonly bytes: Uint8Array;
  /** Where each record's time to live stands. */
  readonly ttlPlaces: readonly number[];
  /** How long it may be kept; 0: not at all. */
  readonly ttlSeconds: number;
  readonly rcode: number;
}

/** Nobody can be asked, or nobody answered. */
export function failure(question: DnsQuery): Remembered {
  const bytes = new Uint8Array(question.bytes.subarray(0, question.questionEnd));
  bytes.fill(0, 6, HEADER_BYTES);
  return { bytes, ttlPlaces: [], ttlSeconds: 0, rcode: rcodes.SERVFAIL };
}

/** The same for all that are answered alike, whatever case they are written in. */
export function keyOf({ bytes, questionEnd, flags, edns }: DnsQuery): string {
  let key = `${flags & CD},${edns?.dnssec === true}`;
  for (let at = HEADER_BYTES; at < questionEnd - 4; at++) key += String.fromCharCode(foldByte(bytes[at] as number));
  for (let at = questionEnd - 4; at < questionEnd; at++) key += String.fromCharCode(bytes[at] as number);
  return key;
}

/**
 * The same question under our own name: with a number that nobody can guess, and letters large or small by chance, which come back
 * so from the server that it was sent to, and from nobody who only guesses.
 */
export function questionFor({ bytes, questionEnd, flags, type, class: klass, edns }: DnsQuery, random: Random): Uint8Array {
  const name = new Uint8Array(bytes.subarray(HEADER_BYTES, questionEnd - 4));
  const chance = random.bytes(name.length + 2);
  for (let at = 0; at < name.length; at++) {
    const byte = foldByte(name[at] as number);
    // Lengths of labels are below all letters.
    const isLetter = byte >= 0x61 && byte <= 0x7a;
    name[at] = isLetter && ((chance[at + 2] as number) & 1) === 1 ? byte - 0x20 : byte;
  }
  const writer = new DnsWriter(new Uint8Array(UDP_BYTES_MAX));
  writer.question(name, type, klass);
  writer.opt({ udpBytes: UDP_BYTES_MAX, dnssec: edns?.dnssec === true });
  return writer.finish(((chance[0] as number) << 8) | (chance[1] as number), headerFlags.RD | (flags & CD)).slice();
}

/** `wrong`: not the answer to this. `cut`: there is more of it, or it is not certain that it is the answer; by TCP both are settled. */
export function readAnswer(asked: Uint8Array, answer: Uint8Array): Remembered | 'wrong' | 'cut' {
  const end = decodeQuery(asked)?.questionEnd ?? 0;
  if (answer.length < end || answer[0] !== asked[0] || answer[1] !== asked[1]) return 'wrong';
  const flags = ((answer[2] as number) << 8) | (answer[3] as number);
  if ((flags & headerFlags.QR) === 0 || answer[4] !== 0 || answer[5] !== 1) return 'wrong';
  let isExact = true;
  for (let at = HEADER_BYTES; at < end; at++) {
    if (answer[at] === asked[at]) continue;
    if (at >= end - 4 || foldByte(answer[at] as number) !== foldByte(asked[at] as number)) return 'wrong';
    isExact = false;
  }
  if ((flags & headerFlags.TC) !== 0 || !isExact) return 'cut';
  const message = decodeMessage(answer);
  return message === undefined ? 'wrong' : remembered(answer, message);
}

/** The same where the question was asked by TCP: nobody but who was asked is there, and there is no more of it. */
export function readWholeAnswer(asked: Uint8Array, answer: Uint8Array): Remembered | 'wrong' {
  const read = readAnswer(asked, answer);
  if (read !== 'cut') return read;
  const message = decodeMessage(answer);
  return message === undefined ? 'wrong' : remembered(answer, message);
}

function remembered(answer: Uint8Array, message: DnsMessage): Remembered {
  const { answers, authorities, additionals } = message;
  const opt = additionals.findIndex(({ type }) => type === recordTypes.OPT);
  const kept = opt < 0 ? additionals : additionals.slice(0, opt);
  // Its name is the root, one byte; and what stands behind it may be left out like all that is additional.
  const bytes = new Uint8Array(answer.subarray(0, opt < 0 ? answer.length : (additionals[opt] as DnsRecord).ttlAt - 5));
  bytes[10] = kept.length >> 8;
  bytes[11] = kept.length & 0xff;
  const ttlPlaces = [...answers, ...authorities, ...kept].map(({ ttlAt }) => ttlAt);
  const rcode = message.rcode <= headerFlags.RCODE ? message.rcode : rcodes.SERVFAIL;
  return { bytes, ttlPlaces, ttlSeconds: ttlOf(message), rcode };
}

/** RFC 2308: a "no" may be kept for as long as the zone's SOA says, and one without it not at all. */
function ttlOf({ rcode, answers, authorities }: DnsMessage): number {
  if (rcode !== rcodes.NOERROR && rcode !== rcodes.NXDOMAIN) return 0;
  const soa = authorities.find(({ type }) => type === recordTypes.SOA);
  const isNo = rcode === rcodes.NXDOMAIN || answers.every(({ type }) => type === recordTypes.CNAME);
  if (isNo && soa === undefined) return 0;
  const ofNo = isNo && soa !== undefined ? [soa.ttl, minimumOf(soa)] : [];
  return Math.min(...[...answers.map(({ ttl }) => ttl), ...ofNo].map((ttl) => (ttl > TTL_MAX ? 0 : ttl)));
}

/** RFC 2181: what is larger is meant to be nothing. */
const TTL_MAX = 2 ** 31 - 1;

function minimumOf({ data }: DnsRecord): number {
  return data.length < 4 ? 0 : new DataView(data.buffer, data.byteOffset).getUint32(data.length - 4);
}

/** For whoever asks now: under their number, in their spelling, as old as it is, and no larger than they can take. */
export function answerFor(
  question: DnsQuery,
  { bytes, ttlPlaces, rcode }: Remembered,
  ageSeconds: number,
  transport: Transport,
): Uint8Array {
  const { questionEnd, edns, flags } = question;
  const opt = edns === null ? 0 : OPT_BYTES;
  const isCut = bytes.length + opt > limitOf(question, transport);
  const body = isCut ? questionEnd : bytes.length;
  const answer = new Uint8Array(body + opt);
  answer.set(bytes.subarray(0, body));
  const view = new DataView(answer.buffer);
  answer.set(question.bytes.subarray(HEADER_BYTES, questionEnd), HEADER_BYTES);
  view.setUint16(0, question.id);
  view.setUint16(2, headerFlags.QR | headerFlags.RA | (flags & (headerFlags.RD | CD)) | (isCut ? headerFlags.TC : 0) | rcode);
  view.setUint16(4, 1);
  if (isCut) answer.fill(0, 6, HEADER_BYTES);
  else for (const at of ttlPlaces) view.setUint32(at, Math.max(0, view.getUint32(at) - ageSeconds));
  if (edns === null) return answer;
  view.setUint16(10, view.getUint16(10) + 1);
  view.setUint16(body + 1, recordTypes.OPT);
  view.setUint16(body + 3, UDP_BYTES_MAX);
  view.setUint16(body + 7, edns.dnssec ? 0x8000 : 0);
  return answer;
}
