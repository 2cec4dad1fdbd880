/** etcd's watches: what is asked on a stream, and what comes back. */
import type { ProtoReader } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';
import { readHeader, readKeyValue, type EtcdHeader, type EtcdKeyValue } from './kv.js';

export interface EtcdWatchCreate {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** 0: whatever comes next. */
  readonly startRevision: number;
}

/** Previous values come along, and what is too large for one message comes in pieces. */
export function writeWatchCreate({ key, rangeEnd, startRevision }: EtcdWatchCreate, writer: ProtoWriter): void {
  writer.message(1, (create) => {
    create.bytes(1, key).bytes(2, rangeEnd).number(3, startRevision).bool(6, true).bool(8, true);
  });
}

/** Asks for a sign of life: the answer has neither events nor anything else that counts. */
export function writeWatchProgress(writer: ProtoWriter): void {
  writer.message(3, () => undefined);
}

export interface EtcdEvent {
  readonly type: 'put' | 'delete';
  /** A deletion's holds only the key and the revision that deleted it. */
  readonly kv: EtcdKeyValue;
  readonly previous: EtcdKeyValue | null;
}

export interface EtcdWatchResponse {
  readonly header: EtcdHeader;
  readonly created: boolean;
  readonly canceled: boolean;
  /** Not 0 where the watch asked for what is compacted: the oldest revision that can still be had. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** More of the same revisions comes in the next message. */
  readonly fragment: boolean;
  readonly events: readonly EtcdEvent[];
}

export function readWatchResponse(reader: ProtoReader): EtcdWatchResponse {
  const events: EtcdEvent[] = [];
  let header: EtcdHeader = { clusterId: 0n, memberId: 0n, revision: 0 };
  let [created, canceled, fragment] = [false, false, false];
  let compactRevision = 0;
  let cancelReason = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 3) created = reader.bool();
    else if (field === 4) canceled = reader.bool();
    else if (field === 5) compactRevision = reader.number();
    else if (field === 6) cancelReason = reader.text();
    else if (field === 7) fragment = reader.bool();
    else if (field === 11) events.push(reader.message(readEvent));
    else reader.skip();
  }
  return { header, created, canceled, compactRevision, cancelReason, fragment, events };
}

function readEvent(reader: ProtoReader): EtcdEvent {
  let type: EtcdEvent['type'] = 'put';
  let kv: EtcdKeyValue | null = null;
  let previous: EtcdKeyValue | null = null;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) type = reader.number() === 1 ? 'delete' : 'put';
    else if (field === 2) kv = reader.message(readKeyValue);
    else if (field === 3) previous = reader.message(readKeyValue);
    else reader.skip();
  }
  if (kv === null) throw new RangeError('An etcd event tells of no key.');
  return { type, kv, previous };
}
