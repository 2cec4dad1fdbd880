/**
 * A view as a file: what a node on an etcd begins with while that is away. It is no copy of the log, and nothing is ever
 * written from it into one.
 *
 *     ROLLCALL VIEW
 *     {"format":1,"epoch":"5f1c…","log":{…},"version":"…"}
 *     …frames…
 *
 * Two lines to be read by people, then frames: a type byte, a length, records one behind the other. Behind the last frame,
 * which is empty, stand the revision and the time (wall clock) of which all of it is, and the SHA-256 of everything before.
 */
import { ByteReader } from '../shared/byte-reader.js';
import { ByteWriter } from '../shared/byte-writer.js';

export const MAGIC = 'ROLLCALL VIEW\n';
export const VIEW_FORMAT = 1;

export const frameTypes = { end: 0, read: 1, changed: 2 } as const;
/** Its type and its length. */
export const FRAME_HEAD_BYTES = 5;
/** A frame ends with the record that makes it this large, and a record comes from one commit. */
export const FRAME_BYTES: number = 256 * 1024;
export const FRAME_BYTES_MAX: number = 4 * 1024 * 1024;
export const HEADER_BYTES_MAX = 16_384;

const HASH_BYTES = 32;
/** What is hashed of the trailer too. */
const MOMENT_BYTES = 16;
export const TRAILER_BYTES: number = MOMENT_BYTES + HASH_BYTES;

/** Which log this is a view of, as whoever starts a node names it. */
export interface LogPlace {
  readonly prefix: string;
  readonly endpoints: readonly string[];
}

export interface ViewHeader {
  readonly format: number;
  readonly epoch: string;
  readonly log: LogPlace;
  /** Of the program that wrote it. */
  readonly version: string;
}

/** Of which moment it is. */
export interface ViewMoment {
  readonly revision: number;
  readonly asOfMs: number;
}

export function encodeHead(header: ViewHeader): Buffer {
  return Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`);
}

/** `null` for what is none; of a newer format nothing is believed but that number. */
export function decodeHeader(line: Buffer | null): ViewHeader | null {
  const header = parseJson(line?.toString('utf8') ?? '') as Partial<ViewHeader> | null;
  if (typeof header?.format !== 'number') return null;
  if (header.format > VIEW_FORMAT) return { format: header.format, epoch: '', log: { prefix: '', endpoints: [] }, version: '' };
  const { epoch, log, version } = header;
  const isWhole =
    typeof epoch === 'string' && typeof log?.prefix === 'string' && Array.isArray(log.endpoints) && typeof version === 'string';
  return isWhole ? (header as ViewHeader) : null;
}

export function encodeMoment({ revision, asOfMs }: ViewMoment): Buffer {
  return new ByteWriter().count(revision).count(asOfMs).take();
}

export function decodeTrailer(trailer: Buffer): ViewMoment & { readonly hash: Buffer } {
  const reader = new ByteReader(trailer);
  return { revision: reader.count(), asOfMs: reader.count(), hash: trailer.subarray(MOMENT_BYTES) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
