/** What an etcd says about itself, and how one is let in. */
import type { ProtoReader } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';
import { readHeader, type EtcdHeader } from './kv.js';

export interface EtcdStatus {
  readonly header: EtcdHeader;
  readonly version: string;
  readonly databaseBytes: number;
  /** The member that leads; 0 where none does. */
  readonly leader: bigint;
}

export function readStatus(reader: ProtoReader): EtcdStatus {
  let header: EtcdHeader = { clusterId: 0n, memberId: 0n, revision: 0 };
  let version = '';
  let databaseBytes = 0;
  let leader = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) version = reader.text();
    else if (field === 3) databaseBytes = reader.number();
    else if (field === 4) leader = reader.bigint();
    else reader.skip();
  }
  return { header, version, databaseBytes, leader };
}

export interface EtcdCredentials {
  readonly name: string;
  readonly password: string;
}

export function writeAuthenticate({ name, password }: EtcdCredentials, writer: ProtoWriter): void {
  writer.text(1, name).text(2, password);
}

/** The token to send along with each call. */
export function readAuthenticated(reader: ProtoReader): string {
  let token = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) token = reader.text();
    else reader.skip();
  }
  return token;
}
