/** etcd's leases. Their ids have 63 bits and are never plain numbers; their times are whole seconds. */
import type { ProtoReader } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';

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
  readonly id: bigint;
  /** What is left of it. A lease that is not there: 0 where it was to be kept, −1 where it was looked at. */
  readonly ttlSeconds: number;
}

/** The answer to granting and to keeping. */
export function readLease(reader: ProtoReader): EtcdLease {
  let id = 0n;
  let ttlSeconds = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) id = reader.bigint();
    else if (field === 3) ttlSeconds = reader.number();
    else reader.skip();
  }
  return { id, ttlSeconds };
}

export interface EtcdLeaseTimeToLive extends EtcdLease {
  readonly grantedTtlSeconds: number;
  readonly keys: readonly Uint8Array[];
}

export function readLeaseTimeToLive(reader: ProtoReader): EtcdLeaseTimeToLive {
  const keys: Uint8Array[] = [];
  let id = 0n;
  let ttlSeconds = 0;
  let grantedTtlSeconds = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) id = reader.bigint();
    else if (field === 3) ttlSeconds = reader.number();
    else if (field === 4) grantedTtlSeconds = reader.number();
    else if (field === 5) keys.push(reader.bytes());
    else reader.skip();
  }
  return { id, ttlSeconds, grantedTtlSeconds, keys };
}

export function readLeases(reader: ProtoReader): readonly bigint[] {
  const ids: bigint[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) ids.push(reader.message(readLeaseStatus));
    else reader.skip();
  }
  return ids;
}

function readLeaseStatus(reader: ProtoReader): bigint {
  let id = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) id = reader.bigint();
    else reader.skip();
  }
  return id;
}
