/** What an etcd says about itself, and how one is let in. */
import type { ProtoReader } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';
import { noHeader, readHeader, type EtcdHeader } from './kv.js';

export interface EtcdStatus {
  readonly header: EtcdHeader;
  readonly version: string;
  readonly databaseBytes: number;
  /** The member that leads; 0 where none does. */
  readonly leader: bigint;
  /** What is wrong with it, in its own words: `memberID:1 alarm:NOSPACE`. */
  readonly errors: readonly string[];
  /** Where its database may not grow any more; 0 where it does not say so, as before 3.6. */
  readonly quotaBytes: number;
}

export function readStatus(reader: ProtoReader): EtcdStatus {
  let header = noHeader;
  let version = '';
  let [databaseBytes, quotaBytes] = [0, 0];
  let leader = 0n;
  const errors: string[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) version = reader.text();
    else if (field === 3) databaseBytes = reader.number();
    else if (field === 4) leader = reader.bigint();
    else if (field === 8) errors.push(reader.text());
    else if (field === 12) quotaBytes = reader.number();
    else reader.skip();
  }
  return { header, version, databaseBytes, leader, errors, quotaBytes };
}

export interface EtcdCredentials {
  readonly name: string;
  readonly password: string;
}

export function writeAuthenticate({ name, password }: EtcdCredentials, writer: ProtoWriter): void {
  writer.text(1, name).text(2, password);
}

export interface EtcdAuthenticated {
  readonly header: EtcdHeader;
  /** To be sent along with each call. */
  readonly token: string;
}

export function readAuthenticated(reader: ProtoReader): EtcdAuthenticated {
  let header = noHeader;
  let token = '';
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) token = reader.text();
    else reader.skip();
  }
  return { header, token };
}
