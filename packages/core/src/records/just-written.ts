/**
 * Records that were encoded here a moment ago, by their very bytes. Who writes on the embedded store soon sees the same bytes come out of the
 * log, and to parse them would make again what is there already. It is memory of how these bytes read, not of having written: whether the log
 * took them, only the log says.
 */
import type { Bytes } from '../ports/store.js';
import type { InstanceRecord } from './records.js';

/** As many as are on their way to the log in a busy moment. Those that never come back are forgotten when there are so many. */
const REMEMBERED_MAX = 1_024;
/** With the first bound: a few megabytes. */
const REMEMBERED_BYTES_MAX = 2_048;

const remembered = new Map<Bytes, InstanceRecord>();

export function rememberWritten(bytes: Bytes, record: InstanceRecord): void {
  if (bytes.length > REMEMBERED_BYTES_MAX) return;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(bytes, record);
}

/** For who looks at it on its way. */
export function writtenRecord(bytes: Bytes): InstanceRecord | undefined {
  return remembered.get(bytes);
}

/** Once: nobody reads the same again soon. */
export function takeWritten(bytes: Bytes): InstanceRecord | undefined {
  const record = remembered.get(bytes);
  if (record !== undefined) remembered.delete(bytes);
  return record;
}
