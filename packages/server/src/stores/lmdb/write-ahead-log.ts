/**
 * The write-ahead log: what was acknowledged and is not in the tables yet. One synchronous write makes a group
 * of commits durable; checkpoint.ts carries them into the tables later and lets go of the segments.
 *
 * Segments are numbered one after the other. The tables know the oldest that is still needed; from there on none may
 * be missing, and their revisions continue without a gap, or the log is refused: better no start than a log
 * with a hole.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError, type Random } from '@rollcall/core';
import { sealFrame, type Frame, type UnsealedFrame } from './frame.js';
import type { Head } from './head.js';
import { decodeHeader, isBlank, readFrames, Segment, type SegmentHeader } from './segment.js';
import { lastOf } from './stretch.js';

const NAME = /^rollcall\.wal\.\d+$/;

/** A store begins with a small segment, and each further one is twice as large, up to this: some thousand registrations. */
const FIRST_SEGMENT_BYTES = 128 * 1024;
const SEGMENT_BYTES_MAX = 1024 * 1024;

/**
 * Segments that have done their duty and wait to be used again: more than that are given back to the disk. As many as a pass sets
 * free while everybody writes, because making one costs more than filling it: its zeros, and two syncs that all wait for.
 */
const SPARE_MAX = 48;

/** Beyond so many that the tables have not caught up with, whoever writes waits for them. */
export const SEGMENTS_PENDING_MAX = 128;

export interface WriteAheadLogOptions {
  readonly directory: string;
  readonly epoch: string;
  readonly random: Random;
  readonly head: Pick<Head, 'segment' | 'lastSegment'>;
  /** Makes it known, on disk, that this segment was begun; and unless `oldest` is null, that the log is needed from there on. */
  readonly announce: (number: number, oldest: number | null) => Promise<void>;
}

/** Full, and still needed. */
interface FullSegment {
  readonly file: string;
  readonly number: number;
  readonly lastSequence: number;
  readonly usedBytes: number;
}

export class WriteAheadLog {
  readonly #options: WriteAheadLogOptions;
  /** The tables say on disk from where on it is needed; as long as the store is open, they go on saying so. */
  #isNeeded: boolean;
  /** Of the last segment that was ever begun. */
  #lastNumber: number;
  #sequence: number;
  #active: Segment | null = null;
  /** Oldest first. */
  #full: readonly FullSegment[];
  #spare: string[];
  #nextName: number;
  #nextBytes = FIRST_SEGMENT_BYTES;

  constructor(options: WriteAheadLogOptions, found: readonly FoundSegment[]) {
    this.#options = options;
    this.#isNeeded = options.head.segment > 0;
    this.#lastNumber = Math.max(options.head.lastSegment, ...found.map(({ header }) => header?.number ?? 0));
    this.#nextName = Math.max(0, ...found.map(({ file }) => Number(file.split('.').at(-1)))) + 1;
    this.#full = found.flatMap(({ file, header, frames }) =>
      header === null
        ? []
        : [
            {
              file,
              number: header.number,
              lastSequence: frames.at(-1)?.sequence ?? 0,
              usedBytes: frames.reduce((sum, { bytes }) => sum + bytes, 0),
            },
          ],
    );
    this.#sequence = Math.max(0, ...this.#full.map(({ lastSequence }) => lastSequence));
    this.#spare = found.flatMap(({ file, header }) => (header === null ? [file] : []));
  }

  /** Of the last frame that is on disk. */
  get sequence(): number {
    return this.#sequence;
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** How many segments the tables have not caught up with. */
  get pending(): number {
    return this.#full.length;
  }

  /** What is written in it and still needed. */
  get usedBytes(): number {
    return this.#full.reduce((sum, { usedBytes }) => sum + usedBytes, this.#active?.usedBytes ?? 0);
  }

  /** The oldest segment that holds a frame behind this one, or will. */
  oldestBehind(sequence: number): number {
    return this.#full.find((segment) => segment.lastSequence > sequence)?.number ?? this.#active?.id.number ?? this.#lastNumber + 1;
  }

  /** Settles when it is on disk. One at a time. */
  async append(frame: UnsealedFrame): Promise<void> {
    const sequence = this.#sequence + 1;
    const { length } = frame.bytes;
    // A full disk keeps nobody from opening a store and reading it: the first segment waits for the first write.
    let active = this.#active ?? (await this.#beginFirst());
    if (!active.holds(length)) active = await this.#begin(length);
    await active.append(sealFrame(frame, active.id, sequence), sequence);
    this.#sequence = sequence;
  }

  /** The tables say on disk that they need nothing that is older than this segment. */
  async release(oldest: number): Promise<void> {
    this.#spare.push(...this.#full.filter(({ number }) => number < oldest).map(({ file }) => file));
    this.#full = this.#full.filter(({ number }) => number >= oldest);
    for (const file of this.#spare.splice(SPARE_MAX)) await rm(file, { force: true });
  }

  /** The disk is full: nothing waits to be used again. */
  async giveBackSpares(): Promise<void> {
    for (const file of this.#spare.splice(0)) await rm(file, { force: true });
  }

  async close(): Promise<void> {
    await this.#active?.close();
  }

  /** Closes, and leaves nothing: the tables hold it all. */
  async remove(): Promise<void> {
    await this.close();
    const files = [...this.#full.map(({ file }) => file), ...this.#spare, ...(this.#active === null ? [] : [this.#active.file])];
    for (const file of files) await rm(file, { force: true });
  }

  async #beginFirst(): Promise<Segment> {
    const segment = await this.#begin(0);
    try {
      await this.#options.announce(segment.id.number, this.#isNeeded ? null : segment.id.number);
      this.#isNeeded = true;
      return segment;
    } catch (error) {
      this.#active = null;
      this.#lastNumber--;
      await segment.close();
      await rm(segment.file, { force: true });
      throw error;
    }
  }

  async #begin(spaceBytes: number): Promise<Segment> {
    const { directory, epoch, random } = this.#options;
    const file = this.#spare.pop() ?? join(directory, `rollcall.wal.${this.#nextName++}`);
    const salt = Buffer.from(random.bytes(4)).readUInt32BE();
    try {
      const next = await Segment.begin(file, { number: this.#lastNumber + 1, salt, epoch }, Math.max(spaceBytes, this.#nextBytes));
      await this.#markFollowed(next);
      this.#nextBytes = Math.min(this.#nextBytes * 2, SEGMENT_BYTES_MAX);
      this.#lastNumber++;
      if (this.#active !== null) await this.#retire(this.#active);
      this.#active = next;
      return next;
    } catch (error) {
      // The next attempt begins the same segment, and there must not be two of it.
      await rm(file, { force: true });
      throw error;
    }
  }

  async #markFollowed(next: Segment): Promise<void> {
    try {
      await this.#active?.markFollowed();
    } catch (error) {
      await next.close();
      throw error;
    }
  }

  async #retire(segment: Segment): Promise<void> {
    this.#full = [
      ...this.#full,
      { file: segment.file, number: segment.id.number, lastSequence: segment.lastSequence, usedBytes: segment.usedBytes },
    ];
    await segment.close();
  }
}

export interface FoundSegment {
  readonly file: string;
  /** `null`: nothing in it is needed. */
  readonly header: SegmentHeader | null;
  readonly frames: readonly Frame[];
}

/**
 * The segments that lie in the directory, oldest first, with what the tables still need of them. Throws `store-corrupt` where something that is needed is missing.
 */
export async function readSegments(directory: string, head: Head): Promise<FoundSegment[]> {
  const { epoch, segment: oldestNeeded } = head;
  const names = (await readdir(directory)).filter((name) => NAME.test(name));
  const found = await Promise.all(names.map((name) => readSegment(join(directory, name), epoch, oldestNeeded)));
  found.sort((left, right) => (left.header?.number ?? 0) - (right.header?.number ?? 0));
  if (oldestNeeded > 0) checkContinuity(directory, found, head);
  return found;
}

async function readSegment(file: string, epoch: string, oldestNeeded: number): Promise<FoundSegment> {
  const bytes = await readFile(file);
  const header = decodeHeader(bytes);
  if (header === null && oldestNeeded > 0 && !isBlank(bytes)) throw damaged(file, 'it does not begin as one of ours does');
  if (header === null || header.epoch !== epoch || oldestNeeded === 0 || header.number < oldestNeeded)
    return { file, header: null, frames: [] };
  if (bytes.length < header.sizeBytes) throw damaged(file, `it was cut short, from ${header.sizeBytes} bytes to ${bytes.length}`);
  const { frames, damagedAt } = readFrames(header, bytes);
  if (damagedAt !== null) throw damaged(file, `what stands at byte ${damagedAt} is not what was written there`);
  return { file, header, frames };
}

function checkContinuity(directory: string, found: readonly FoundSegment[], head: Head): void {
  const needed = found.filter(({ header }) => header !== null);
  needed.forEach(({ header }, index) => {
    if (header?.number !== head.segment + index) throw missing(directory, head.segment + index);
  });
  const next = head.segment + needed.length;
  if (next <= head.lastSegment || needed.at(-1)?.header?.isFollowed === true) throw missing(directory, next);
  let lastRevision = head.appliedRevision;
  let lastSequence: number | null = null;
  for (const { file, frames } of needed) {
    for (const { sequence, stretch } of frames) {
      if (lastSequence !== null && sequence !== lastSequence + 1) throw damaged(file, `frame ${lastSequence + 1} is missing`);
      lastSequence = sequence;
      if (stretch === null) continue;
      if (stretch.firstRevision > lastRevision + 1) throw damaged(file, `revision ${lastRevision + 1} is missing`);
      lastRevision = Math.max(lastRevision, lastOf(stretch));
    }
  }
}

function missing(directory: string, number: number): RollcallError {
  return damaged(directory, `segment ${number} of its write-ahead log is gone`);
}

function damaged(place: string, reason: string): RollcallError {
  const advice = 'Restore a snapshot ("rollcall snapshot restore"), or start with an empty --data and let the instances register again.';
  return new RollcallError('store-corrupt', `${place} is damaged: ${reason}. ${advice}`, { file: place });
}
