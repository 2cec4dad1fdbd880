/** A whole message at once, for what writes and reads one field by field. */
import { ProtoReader } from './reader.js';
import { ProtoWriter } from './writer.js';

export function encodeProto(write: (writer: ProtoWriter) => void): Uint8Array {
  const writer = new ProtoWriter();
  write(writer);
  return writer.finish();
}

export function decodingProto<Value>(read: (reader: ProtoReader) => Value): (bytes: Uint8Array) => Value {
  return (bytes) => read(new ProtoReader(bytes));
}
