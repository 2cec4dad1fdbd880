/** Reads a whole message, answers too: for resolvers that ask on, for tests, and for whoever wants to look at one. */
import { HEADER_BYTES, headerFlags, recordTypes } from './codes.js';
import { readName, type WireName } from './name.js';

export interface DnsMessage {
  readonly id: number;
  readonly flags: number;
  /** With the upper bits that EDNS has. */
  readonly rcode: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  /** The OPT record is among them. */
  readonly additionals: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: WireName;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord extends DnsQuestion {
  readonly ttl: number;
  /** Where the time to live stands in the message, for whoever has to count it down. */
  readonly ttlAt: number;
  /** What the record holds, names in it as they stand there. */
  readonly data: Uint8Array;
  /** The name that it holds, for those that hold one. */
  readonly target: WireName | null;
}

/** `undefined` for what is no message, or has something behind it. */
export function decodeMessage(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const word = (at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  const reader = { bytes, at: HEADER_BYTES };
  const questions = several(word(4), () => readQuestion(reader));
  const answers = questions && several(word(6), () => readRecord(reader));
  const authorities = answers && several(word(8), () => readRecord(reader));
  const additionals = authorities && several(word(10), () => readRecord(reader));
  if (questions === undefined || answers === undefined || authorities === undefined || additionals === undefined) return undefined;
  if (reader.at !== bytes.length) return undefined;
  const opt = additionals.find(({ type }) => type === recordTypes.OPT);
  const rcode = (word(2) & headerFlags.RCODE) + (opt === undefined ? 0 : (opt.ttl >>> 24) * 16);
  return { id: word(0), flags: word(2), rcode, questions, answers, authorities, additionals };
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function several<Item>(count: number, read: () => Item | undefined): readonly Item[] | undefined {
  const items: Item[] = [];
  // A message that promises more than it holds ends here.
  for (let item = 0; item < count; item++) {
    const one = read();
    if (one === undefined) return undefined;
    items.push(one);
  }
  return items;
}

function readQuestion(reader: Reader): DnsQuestion | undefined {
  const named = readName(reader.bytes, reader.at);
  if (named === undefined || named.end + 4 > reader.bytes.length) return undefined;
  const { name, end } = named;
  reader.at = end + 4;
  return { name, type: u16(reader.bytes, end), class: u16(reader.bytes, end + 2) };
}

function readRecord(reader: Reader): DnsRecord | undefined {
  const { bytes } = reader;
  const question = readQuestion(reader);
  const { at } = reader;
  if (question === undefined || at + 6 > bytes.length) return undefined;
  const ttl = u16(bytes, at) * 65_536 + u16(bytes, at + 2);
  const end = at + 6 + u16(bytes, at + 4);
  if (end > bytes.length) return undefined;
  reader.at = end;
  const placeOfName = namePlaces.get(question.type);
  const named = placeOfName === undefined ? undefined : readName(bytes, at + 6 + placeOfName);
  if (placeOfName !== undefined && (named === undefined || named.end > end)) return undefined;
  return { ...question, ttl, ttlAt: at, data: bytes.subarray(at + 6, end), target: named?.name ?? null };
}

/** Where in its data a record holds a name. */
const namePlaces: ReadonlyMap<number, number> = new Map([
  [recordTypes.NS, 0],
  [recordTypes.CNAME, 0],
  [recordTypes.PTR, 0],
  [recordTypes.SOA, 0],
  [recordTypes.SRV, 6],
]);

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
