/** The words in front of a store: its format, its identity, where it stands. */
import { RollcallError } from '@rollcall/core';
import type { Tables } from './tables.js';

export const STORE_FILE = 'rollcall.mdb';

/** What this program writes, and the newest that it reads. */
export const STORE_FORMAT = 1;

export interface Head {
  readonly epoch: string;
  /** The current table holds everything up to here; the history may go further. */
  readonly appliedRevision: number;
  readonly compactedRevision: number;
}

/** The words of a log that begins here, be it empty or restored. To be called within a commit. */
export function writeFirstHead(tables: Tables, epoch: string, revision: number): void {
  tables.writeMeta('format', STORE_FORMAT);
  tables.writeMeta('epoch', epoch);
  tables.writeMeta('applied', revision);
  tables.writeMeta('compacted', revision);
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
  return { epoch, appliedRevision: Number(tables.readMeta('applied')), compactedRevision: Number(tables.readMeta('compacted')) };
}
