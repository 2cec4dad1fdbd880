/** etcd's transactions: compares, and the operations of the branch that they choose. */
import type { ProtoReader } from '../protobuf/reader.js';
import type { ProtoWriter } from '../protobuf/writer.js';
import {
  readDeleteResponse,
  readHeader,
  readPutResponse,
  readRangeResponse,
  writeDeleteRequest,
  writePutRequest,
  writeRangeRequest,
  type EtcdDeleteRequest,
  type EtcdDeleteResponse,
  type EtcdHeader,
  type EtcdPutRequest,
  type EtcdPutResponse,
  type EtcdRangeRequest,
  type EtcdRangeResponse,
} from './kv.js';

const results = { '=': 0, '>': 1, '<': 2, '!=': 3 } as const;
const targets = { version: 0, create: 1, mod: 2, value: 3, lease: 4 } as const;

export interface EtcdCompare {
  readonly is: keyof typeof results;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly against:
    | { readonly target: 'version' | 'create' | 'mod'; readonly operand: number }
    | { readonly target: 'value'; readonly operand: Uint8Array }
    | { readonly target: 'lease'; readonly operand: bigint };
}

export type EtcdOperation =
  | ({ readonly type: 'range' } & EtcdRangeRequest)
  | ({ readonly type: 'put' } & EtcdPutRequest)
  | ({ readonly type: 'delete' } & EtcdDeleteRequest)
  | ({ readonly type: 'transaction' } & EtcdTransaction);

export interface EtcdTransaction {
  readonly compares: readonly EtcdCompare[];
  readonly success: readonly EtcdOperation[];
  readonly failure: readonly EtcdOperation[];
}

export function writeTransaction({ compares, success, failure }: EtcdTransaction, writer: ProtoWriter): void {
  for (const compare of compares) writer.message(1, (inner) => writeCompare(compare, inner));
  for (const operation of success) writer.message(2, (inner) => writeOperation(operation, inner));
  for (const operation of failure) writer.message(3, (inner) => writeOperation(operation, inner));
}

function writeCompare({ is, key, rangeEnd, against }: EtcdCompare, writer: ProtoWriter): void {
  writer.number(1, results[is]).number(2, targets[against.target]).bytes(3, key);
  switch (against.target) {
    case 'version':
      writer.chosenNumber(4, against.operand);
      break;
    case 'create':
      writer.chosenNumber(5, against.operand);
      break;
    case 'mod':
      writer.chosenNumber(6, against.operand);
      break;
    case 'value':
      writer.chosenBytes(7, against.operand);
      break;
    case 'lease':
      writer.chosenBigint(8, against.operand);
      break;
  }
  writer.bytes(64, rangeEnd);
}

function writeOperation(operation: EtcdOperation, writer: ProtoWriter): void {
  switch (operation.type) {
    case 'range':
      writer.message(1, (inner) => writeRangeRequest(operation, inner));
      break;
    case 'put':
      writer.message(2, (inner) => writePutRequest(operation, inner));
      break;
    case 'delete':
      writer.message(3, (inner) => writeDeleteRequest(operation, inner));
      break;
    case 'transaction':
      writer.message(4, (inner) => writeTransaction(operation, inner));
      break;
  }
}

export type EtcdOperationResponse =
  | ({ readonly type: 'range' } & EtcdRangeResponse)
  | ({ readonly type: 'put' } & EtcdPutResponse)
  | ({ readonly type: 'delete' } & EtcdDeleteResponse)
  | ({ readonly type: 'transaction' } & EtcdTransactionResponse);

export interface EtcdTransactionResponse {
  readonly header: EtcdHeader;
  readonly succeeded: boolean;
  readonly responses: readonly EtcdOperationResponse[];
}

export function readTransactionResponse(reader: ProtoReader): EtcdTransactionResponse {
  const responses: EtcdOperationResponse[] = [];
  let header: EtcdHeader = { clusterId: 0n, memberId: 0n, revision: 0 };
  let succeeded = false;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) header = reader.message(readHeader);
    else if (field === 2) succeeded = reader.bool();
    else if (field === 3) responses.push(reader.message(readOperationResponse));
    else reader.skip();
  }
  return { header, succeeded, responses };
}

function readOperationResponse(reader: ProtoReader): EtcdOperationResponse {
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) return { type: 'range', ...reader.message(readRangeResponse) };
    if (field === 2) return { type: 'put', ...reader.message(readPutResponse) };
    if (field === 3) return { type: 'delete', ...reader.message(readDeleteResponse) };
    if (field === 4) return { type: 'transaction', ...reader.message(readTransactionResponse) };
    reader.skip();
  }
  throw new RangeError('An etcd transaction answers one of its operations with nothing that is known.');
}
