/** Reads a view from its file. Nothing of it counts before all of it has proved to be whole. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { isRegistrationKey, type EncodedRecord, type EncodedSink } from '@rollcall/core';
import { readRecords } from '../shared/record-bytes.js';
import { StreamReader } from '../shared/stream-reader.js';
import { nextTurn } from '../shared/turn.js';
import {
  decodeHeader,
  decodeTrailer,
  FRAME_BYTES_MAX,
  FRAME_HEAD_BYTES,
  frameTypes,
  HEADER_BYTES_MAX,
  MAGIC,
  TRAILER_BYTES,
  VIEW_FORMAT,
  type ViewHeader,
  type ViewMoment,
} from './format.js';

/** What a file says of itself. */
export interface FoundView extends ViewHeader, ViewMoment {}

/** Why a file is not used, in words; a file that is not there is none. */
export class UnusableView extends Error {}

const READ_BYTES = 1024 * 1024;

/** `null` where there is none. Throws `UnusableView` for what is not whole, as far as that can be seen at both ends. */
export async function findView(file: string): Promise<FoundView | null> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UnusableView(`it cannot be read: ${(error as Error).message}`);
  });
  if (handle === null) return null;
  try {
    return await findIn(handle);
  } catch (error) {
    throw error instanceof UnusableView ? error : new UnusableView(`it cannot be read: ${(error as Error).message}`);
  } finally {
    await handle.close();
  }
}

async function findIn(handle: FileHandle): Promise<FoundView> {
  const { size } = await handle.stat();
  const start = await readAt(handle, 0, Math.min(size, MAGIC.length + HEADER_BYTES_MAX));
  const lineEnd = start.indexOf(0x0a, MAGIC.length);
  if (start.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) throw new UnusableView('it does not begin like one');
  const header = lineEnd < 0 ? null : decodeHeader(start.subarray(MAGIC.length, lineEnd));
  if (header === null || size < lineEnd + 1 + FRAME_HEAD_BYTES + TRAILER_BYTES) throw new UnusableView('it is not whole');
  if (header.format > VIEW_FORMAT) throw new UnusableView(`it has format ${header.format}, and this Rollcall reads up to ${VIEW_FORMAT}`);
  const { revision, asOfMs } = decodeTrailer(await readAt(handle, size - TRAILER_BYTES, TRAILER_BYTES));
  return { ...header, revision, asOfMs };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/**
 * Feeds the sink, from `begin` to `finish`. Throws `UnusableView` where it turns out not to be whole: then it was not finished,
 * and shows nothing.
 */
export async function readView(file: string, found: FoundView, sink: EncodedSink): Promise<void> {
  const handle = await open(file, 'r');
  const stream = handle.createReadStream({ highWaterMark: READ_BYTES });
  try {
    sink.begin({ epoch: found.epoch, revision: found.revision });
    await readFrames(new StreamReader(stream), sink);
    sink.finish();
  } catch (error) {
    if (error instanceof RangeError) throw new UnusableView('a record in it is none');
    throw error;
  } finally {
    stream.destroy();
  }
}

async function readFrames(stream: StreamReader, sink: EncodedSink): Promise<void> {
  const hash = createHash('sha256');
  const take = async (length: number): Promise<Buffer> => {
    const bytes = await stream.take(length);
    if (bytes === null) throw new UnusableView('it ends in the middle');
    return bytes;
  };
  const hashed = async (length: number): Promise<Buffer> => {
    const bytes = await take(length);
    hash.update(bytes);
    return bytes;
  };
  await hashed(MAGIC.length);
  hash.update((await stream.takeLine(HEADER_BYTES_MAX)) ?? '');
  const records = new InOrder(sink);
  for (;;) {
    const head = await hashed(FRAME_HEAD_BYTES);
    const [type, length] = [head[0], head.readUInt32BE(1)];
    if (type === frameTypes.end) break;
    if (length > FRAME_BYTES_MAX) throw new UnusableView('a frame is larger than any that Rollcall writes');
    records.add(readRecords(await hashed(length)), type === frameTypes.changed);
    // What lies in memory already comes without a pause, and there is a lot of it.
    await nextTurn();
  }
  records.end();
  const trailer = await take(TRAILER_BYTES);
  const { hash: expected } = decodeTrailer(trailer);
  hash.update(trailer.subarray(0, TRAILER_BYTES - expected.length));
  if (!hash.digest().equals(expected)) throw new UnusableView('its checksum does not fit');
}

/** Registrations first, because that is the quickest; then what was read beside them; and over both, what changed meanwhile. */
class InOrder {
  readonly #sink: EncodedSink;
  #beside: (readonly EncodedRecord[])[] = [];

  constructor(sink: EncodedSink) {
    this.#sink = sink;
  }

  add(records: readonly EncodedRecord[], isChanged: boolean): void {
    if (isChanged) {
      this.end();
      this.#sink.page(records);
      return;
    }
    const registrations = records.filter(({ key }) => isRegistrationKey(key));
    if (registrations.length > 0) this.#sink.page(registrations);
    if (registrations.length < records.length) this.#beside.push(records.filter(({ key }) => !isRegistrationKey(key)));
  }

  end(): void {
    for (const records of this.#beside) this.#sink.page(records);
    this.#beside = [];
  }
}
