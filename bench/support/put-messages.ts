/**
 * The few protobuf messages that a put needs:
 *
 *     PutRequest   1: key, 2: value
 *     PutResponse  1: header { 3: revision }
 */

const BYTES = 2;
const VARINT = 0;

/** gRPC's frame: not compressed, the length, the message. */
export function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

export function unframed(frame: Buffer): Buffer {
  return frame.subarray(5, 5 + frame.readUInt32BE(1));
}

export function encodePutRequest(key: Buffer, value: Buffer): Buffer {
  return Buffer.concat([tag(1, BYTES), varint(key.length), key, tag(2, BYTES), varint(value.length), value]);
}

export function decodePutRequest(message: Buffer): { readonly key: Buffer; readonly value: Buffer } {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < message.length;) {
    const field = (message[at] as number) >> 3;
    const { value: length, end } = readVarint(message, at + 1);
    fields.set(field, message.subarray(end, end + length));
    at = end + length;
  }
  return { key: fields.get(1) ?? Buffer.alloc(0), value: fields.get(2) ?? Buffer.alloc(0) };
}

export function encodePutResponse(revision: number): Buffer {
  const header = Buffer.concat([tag(3, VARINT), varint(revision)]);
  return Buffer.concat([tag(1, BYTES), varint(header.length), header]);
}

function tag(field: number, type: number): Buffer {
  return Buffer.from([(field << 3) | type]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function readVarint(buffer: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = start;
  for (let factor = 1; ; factor *= 0x80) {
    const byte = buffer[end++] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end };
  }
}
