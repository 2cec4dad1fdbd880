/**
 * Records that were encoded here a moment ago, by their very bytes. Who writes on the embedded store soon sees the same bytes come out of the
 * log, and to parse them would make again what is there already. It is memory of how these bytes read, not of having written: whether the log
 * took them, only the log says.
 */
import type { Bytes } from '../ports/store.js';
import type { InstanceKeys } from './keys.js';
import type { InstanceRecord } from './records.js';

/** As many as are on their way to the log in a busy moment. Those that never come back are forgotten when there are so many. */
const REMEMBERED_MAX = 1_024;
/** With the first bound: a few megabytes. */
const REMEMBERED_BYTES_MAX = 2_048;

export interface Written {
  readonly record: InstanceRecord;
  /** Under which it is going to lie, if that was said. */
  readonly keys: InstanceKeys | null;
}

/** What is remembered together with its keys. */
export interface KeyedWritten extends Written {
  readonly keys: InstanceKeys;
}

const remembered = new Map<Bytes, Written>();

export function rememberWritten(bytes: Bytes, written: Written): void {
  if (bytes.length > REMEMBERED_BYTES_MAX) return;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(bytes, written);
}

/** For who looks at it on its way. */
export function writtenRecord(bytes: Bytes): InstanceRecord | undefined {
  return remembered.get(bytes)?.record;
}

/** Once: nobody reads the same again soon. */
export function takeWritten(bytes: Bytes): InstanceRecord | undefined {
  const written = remembered.get(bytes);
  if (written !== undefined) remembered.delete(bytes);
  return written?.record;
}

/** The same of one that lies under the very key that was made for it: then nobody has to find out whose key that is. */
export function takeWrittenUnder(key: Bytes, bytes: Bytes): KeyedWritten | undefined {
  const written = remembered.get(bytes);
  if (written?.keys?.instances.from !== key) return undefined;
  remembered.delete(bytes);
  return written as KeyedWritten;
}
