/** etcd's leases. Their ids have 63 bits and are never plain numbers; their times are whole seconds. */
import type { ProtoReader } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';
import { noHeader, readHeader, type EtcdHeader } from './kv.js';

export interface EtcdLeaseGrant {
  readonly ttlSeconds: number;
  /** 0: one is chosen. */
  readonly id: bigint;
}

export function writeLeaseGrant({ ttlSeconds, id }: EtcdLeaseGrant, writer: ProtoWriter): void {
  writer.number(1, ttlSeconds).bigint(2, id);
}

/** For revoking and keeping. */
export function writeLeaseId(id: bigint, writer: ProtoWriter): void {
  writer.bigint(1, id);
}

export function writeLeaseTimeToLive(id: bigint, writer: ProtoWriter): void {
  writer.bigint(1, id).bool(2, true);
}

export interface EtcdLease {
  readonly header: EtcdHeader;
  readonly id: bigint;
  /** What is left of it. A lease that is not there: 0 where it was to be kept, −1 where it was looked at. */
  readonly ttlSeconds: number;
}

/** The answer to granting and to keeping. */
export function readLease(reader: ProtoReader): EtcdLease {
  let header = noHeader;
  let id = 0n;
  let ttlSeconds = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) id = reader.bigint();
    else if (field === 3) ttlSeconds = reader.number();
    else reader.skip();
  }
  return { header, id, ttlSeconds };
}

export interface EtcdLeaseTimeToLive extends EtcdLease {
  readonly grantedTtlSeconds: number;
  readonly keys: readonly Uint8Array[];
}

export function readLeaseTimeToLive(reader: ProtoReader): EtcdLeaseTimeToLive {
  const keys: Uint8Array[] = [];
  let header = noHeader;
  let id = 0n;
  let ttlSeconds = 0;
  let grantedTtlSeconds = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) id = reader.bigint();
    else if (field === 3) ttlSeconds = reader.number();
    else if (field === 4) grantedTtlSeconds = reader.number();
    else if (field === 5) keys.push(reader.bytes());
    else reader.skip();
  }
  return { header, id, ttlSeconds, grantedTtlSeconds, keys };
}

export interface EtcdLeases {
  readonly header: EtcdHeader;
  readonly ids: readonly bigint[];
}

export function readLeases(reader: ProtoReader): EtcdLeases {
  const ids: bigint[] = [];
  let header = noHeader;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) ids.push(reader.message(readLeaseStatus));
    else reader.skip();
  }
  return { header, ids };
}

function readLeaseStatus(reader: ProtoReader): bigint {
  let id = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) id = reader.bigint();
    else reader.skip();
  }
  return id;
}
