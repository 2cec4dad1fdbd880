/** The words in front of a store: its format, its identity, where it stands. */
import { RollcallError } from '@rollcall/core';
import type { Tables } from './tables.js';

export const STORE_FILE = 'rollcall.mdb';

/** What this program writes, and the newest that it reads. */
export const STORE_FORMAT = 1;

export interface Head {
  readonly epoch: string;
  /** The tables hold everything up to here; the write-ahead log may go further. */
  readonly appliedRevision: number;
  readonly compactedRevision: number;
  /** The oldest segment of the write-ahead log that is needed; 0 for none. */
  readonly segment: number;
  /** The last one that was ever begun. */
  readonly lastSegment: number;
}

/** The words of a log that begins here, be it empty or restored. To be called within a commit. */
export function writeFirstHead(tables: Tables, epoch: string, revision: number): void {
  tables.writeMeta('format', STORE_FORMAT);
  tables.writeMeta('epoch', epoch);
  tables.writeMeta('applied', revision);
  tables.writeMeta('compacted', revision);
  tables.writeMeta('segment', 0);
  tables.writeMeta('lastSegment', 0);
}

/** Throws `store-newer` or `store-corrupt` for a file that this program must not touch. */
export function readHead(tables: Tables, file: string): Head {
  const format = Number(tables.readMeta('format'));
  if (format > STORE_FORMAT) {
    const message = `${file} has format ${format}; this Rollcall reads up to ${STORE_FORMAT}. Start the version that wrote it, or a newer one.`;
    throw new RollcallError('store-newer', message, { file, format });
  }
  const epoch = tables.readMeta('epoch');
  if (format !== STORE_FORMAT || epoch === undefined) {
    throw new RollcallError(
      'store-corrupt',
      `${file} is an LMDB file, but not one that Rollcall wrote. Move it away, or choose another --data.`,
      { file },
    );
  }
  const count = (name: string): number => Number(tables.readMeta(name));
  return {
    epoch,
    appliedRevision: count('applied'),
    compactedRevision: count('compacted'),
    segment: count('segment'),
    lastSegment: count('lastSegment'),
  };
}
