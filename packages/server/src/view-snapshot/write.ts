/** Writes a view into its file: whole, or not at all, and never in anybody's way. */
import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock, EncodedRecord, RecordDump } from '@rollcall/core';
import { ByteWriter } from '../shared/byte-writer.js';
import { writeRecord } from '../shared/record-bytes.js';
import { encodeHead, encodeMoment, FRAME_BYTES, frameTypes, type ViewHeader, type ViewMoment } from './format.js';

export interface ViewToWrite {
  readonly header: ViewHeader;
  readonly dump: RecordDump;
  /** Asked once, when everything else was taken. */
  readonly moment: () => ViewMoment;
}

/** Work in one turn of the loop. Two steps beyond it are nobody's trouble. */
const SLICE_MS = 4;
/** And then a rest, so that others have most of the time: a million records take half a minute, and nobody notices. */
const REST_MS = 10;

/** One step: a fraction of a millisecond. */
const PAGE_RECORDS = 32;

/** What people say in registrations is not for everybody who has an account here. */
const OWNER_ONLY = 0o600;

/**
 * Nobody rests for that long between two pieces: what is older was left by somebody who was killed. No longer, because who is killed again and
 * again leaves half a view each time. Should its writer only have slept, it begins anew.
 */
const DRAFT_AGE_MAX_MS = 60_000;
const DRAFT = '.partial';

/** Several nodes may keep their views in one place, each with a draft of its own: all of them write the same. */
export async function removeDrafts(file: string, wallMs: number): Promise<void> {
  const folder = dirname(file);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(file)}.`) || !name.endsWith(DRAFT)) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (wallMs - mtimeMs > DRAFT_AGE_MAX_MS) await rm(join(folder, name), { force: true });
  }
}

/** Throws what the disk throws, with nothing left of it; answers `null` if the dump was cancelled meanwhile. */
export async function writeView(file: string, view: ViewToWrite, clock: Clock): Promise<ViewMoment | null> {
  const draft = `${file}.${process.pid}${DRAFT}`;
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(draft, 'w', OWNER_ONLY);
  try {
    const moment = await fill(handle, view, clock);
    if (moment !== null) await handle.sync();
    await handle.close();
    if (moment === null) await rm(draft, { force: true });
    else await putInPlace(draft, file);
    return moment;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function putInPlace(draft: string, file: string): Promise<void> {
  await rename(draft, file);
  const directory = await open(dirname(file), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function fill(handle: FileHandle, { header, dump, moment }: ViewToWrite, clock: Clock): Promise<ViewMoment | null> {
  const out = new Frames(handle, clock);
  await out.write(encodeHead(header));
  for (const page of dump.pages(PAGE_RECORDS)) await out.add(frameTypes.read, page);
  await out.flush(frameTypes.read);
  if (dump.isVoid) return null;
  // From here on nothing is collected any more: what was is of this moment.
  const [changed, of] = [dump.changed(), moment()];
  dump.cancel();
  for (let from = 0; from < changed.length; from += PAGE_RECORDS)
    await out.add(frameTypes.changed, changed.slice(from, from + PAGE_RECORDS));
  await out.flush(frameTypes.changed);
  await out.end(of);
  return of;
}

/** Gathers records into frames, writes and hashes those, and rests in between. */
class Frames {
  readonly #handle: FileHandle;
  readonly #clock: Clock;
  readonly #hash: Hash = createHash('sha256');
  readonly #writer = new ByteWriter();
  #begunMs: number;

  constructor(handle: FileHandle, clock: Clock) {
    this.#handle = handle;
    this.#clock = clock;
    this.#begunMs = clock.monotonicMs();
  }

  async add(type: number, records: readonly EncodedRecord[]): Promise<void> {
    for (const record of records) writeRecord(this.#writer, record);
    if (this.#writer.length >= FRAME_BYTES) await this.flush(type);
    if (this.#clock.monotonicMs() - this.#begunMs < SLICE_MS) return;
    await new Promise<void>((rested) => this.#clock.after(REST_MS, rested));
    this.#begunMs = this.#clock.monotonicMs();
  }

  async flush(type: number): Promise<void> {
    if (this.#writer.length === 0) return;
    const body = this.#writer.take();
    await this.write(new ByteWriter().byte(type).uint32(body.length).take());
    await this.write(body);
  }

  async write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    await this.#handle.writeFile(bytes);
  }

  async end(moment: ViewMoment): Promise<void> {
    await this.write(new ByteWriter().byte(frameTypes.end).uint32(0).take());
    await this.write(encodeMoment(moment));
    await this.#handle.writeFile(this.#hash.digest());
  }
}
