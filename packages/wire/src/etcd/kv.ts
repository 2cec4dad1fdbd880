/** etcd's keys and values: ranges, puts and deletions, as they stand alone and as they stand in transactions. */
import type { ProtoReader } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';

const NO_BYTES: Uint8Array = new Uint8Array(0);

export interface EtcdHeader {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly revision: number;
}

/** Of an answer without one. */
export const noHeader: EtcdHeader = { clusterId: 0n, memberId: 0n, revision: 0 };

export function readHeader(reader: ProtoReader): EtcdHeader {
  let { clusterId, memberId, revision } = noHeader;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) clusterId = reader.bigint();
    else if (field === 2) memberId = reader.bigint();
    else if (field === 3) revision = reader.number();
    else reader.skip();
  }
  return { clusterId, memberId, revision };
}

export interface EtcdKeyValue {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: Uint8Array;
  readonly lease: bigint;
}

export function readKeyValue(reader: ProtoReader): EtcdKeyValue {
  let key = NO_BYTES;
  let createRevision = 0;
  let modRevision = 0;
  let version = 0;
  let value = NO_BYTES;
  let lease = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) key = reader.bytes();
    else if (field === 2) createRevision = reader.number();
    else if (field === 3) modRevision = reader.number();
    else if (field === 4) version = reader.number();
    else if (field === 5) value = reader.bytes();
    else if (field === 6) lease = reader.bigint();
    else reader.skip();
  }
  return { key, createRevision, modRevision, version, value, lease };
}

/** `rangeEnd` as etcd has it: empty for the one key, a single zero byte for everything from the key on. */
export interface EtcdRangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** 0: no limit. */
  readonly limit?: number;
  /** 0: now. */
  readonly revision?: number;
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}

export function writeRangeRequest(request: EtcdRangeRequest, writer: ProtoWriter): void {
  writer
    .bytes(1, request.key)
    .bytes(2, request.rangeEnd)
    .number(3, request.limit ?? 0)
    .number(4, request.revision ?? 0)
    .bool(7, request.serializable ?? false)
    .bool(8, request.keysOnly ?? false)
    .number(10, request.minModRevision ?? 0)
    .number(11, request.maxModRevision ?? 0)
    .number(12, request.minCreateRevision ?? 0)
    .number(13, request.maxCreateRevision ?? 0);
}

export interface EtcdRangeResponse {
  readonly header: EtcdHeader;
  readonly kvs: readonly EtcdKeyValue[];
  readonly more: boolean;
  /** Keys in the range, whatever the limit and the bounds say. */
  readonly count: number;
}

export function readRangeResponse(reader: ProtoReader): EtcdRangeResponse {
  const kvs: EtcdKeyValue[] = [];
  let header = noHeader;
  let more = false;
  let count = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) kvs.push(reader.message(readKeyValue));
    else if (field === 3) more = reader.bool();
    else if (field === 4) count = reader.number();
    else reader.skip();
  }
  return { header, kvs, more, count };
}

export interface EtcdPutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: bigint;
  readonly previous: boolean;
  readonly keepsValue: boolean;
  readonly keepsLease: boolean;
}

export function writePutRequest(request: EtcdPutRequest, writer: ProtoWriter): void {
  writer
    .bytes(1, request.key)
    .bytes(2, request.value)
    .bigint(3, request.lease)
    .bool(4, request.previous)
    .bool(5, request.keepsValue)
    .bool(6, request.keepsLease);
}

export interface EtcdPutResponse {
  readonly previous: EtcdKeyValue | null;
}

export function readPutResponse(reader: ProtoReader): EtcdPutResponse {
  let previous: EtcdKeyValue | null = null;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) previous = reader.message(readKeyValue);
    else reader.skip();
  }
  return { previous };
}

export interface EtcdDeleteRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly previous: boolean;
}

export function writeDeleteRequest(request: EtcdDeleteRequest, writer: ProtoWriter): void {
  writer.bytes(1, request.key).bytes(2, request.rangeEnd).bool(3, request.previous);
}

export interface EtcdDeleteResponse {
  readonly previous: readonly EtcdKeyValue[];
}

export function readDeleteResponse(reader: ProtoReader): EtcdDeleteResponse {
  const previous: EtcdKeyValue[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 3) previous.push(reader.message(readKeyValue));
    else reader.skip();
  }
  return { previous };
}

/** For those answers of which only the header counts. */
export function readOnlyHeader(reader: ProtoReader): EtcdHeader {
  let header = noHeader;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else reader.skip();
  }
  return header;
}

export function writeCompactionRequest(revision: number, writer: ProtoWriter): void {
  writer.number(1, revision);
}
