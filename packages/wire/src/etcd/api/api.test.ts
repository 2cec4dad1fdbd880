import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as wire from '../../index.js';
import type { Field, Message } from '../../protobuf/message.js';
import * as etcd from './index.js';

const messages = [...Object.values(etcd), wire.healthCheckRequest, wire.healthCheckResponse] as unknown as readonly Message<object>[];

/** Any message that can be said at all: enums by their names, lists not too long, and no deeper than a few levels. */
function arbitrary(message: Message<object>, depth = 0): fc.Arbitrary<object> {
  const fields = Object.entries(message.fields as Readonly<Record<string, Field<unknown>>>);
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, arbitraryField(field, depth)])));
}

function arbitraryField(field: Field<unknown>, depth: number): fc.Arbitrary<unknown> {
  const one = arbitraryValue(field, depth);
  if (field.label === 'list') return depth > 3 ? fc.constant([]) : fc.array(one, { maxLength: 3 });
  return field.label === 'optional' ? (depth > 3 ? fc.constant(null) : fc.option(one)) : one;
}

function arbitraryValue({ kind, names = [], of, label }: Field<unknown>, depth: number): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'bytes':
      return fc.uint8Array({ maxLength: 20 });
    case 'text':
      return fc.string({ unit: 'grapheme', maxLength: 20 });
    case 'int64':
      return fc.maxSafeInteger();
    case 'uint32':
      return fc.nat({ max: 2 ** 32 - 1 });
    case 'id':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'uint64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case 'bool':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...names);
    case 'message':
      return depth > 3 && label !== 'one' ? fc.constant((of as Message<unknown>).empty) : arbitrary(of as Message<object>, depth + 1);
  }
}

describe.each(messages.map((message) => [message.name, message] as const))('%s', (_name, message) => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(arbitrary(message), (value) => {
        expect(message.decode(message.encode(value))).toEqual(value);
      }),
      { numRuns: 40 },
    );
  });

  it('is empty when it is made of nothing, and made of nothing but its headers when it is empty', () => {
    expect(message.decode(new Uint8Array())).toEqual(message.empty);
    expect(message.decode(message.encode(message.empty))).toEqual(message.empty);
  });

  it('is read from any bytes at all, or is none: a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          message.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is read over fields that nobody knows', () => {
    const unknown = new wire.ProtoWriter().number(1000, 7).bytes(1001, Uint8Array.of(1)).finish();
    expect(message.decode(Uint8Array.from([...unknown, ...message.encode(message.empty), ...unknown]))).toEqual(message.empty);
  });
});

describe('the client half of the codecs agrees', () => {
  const written = (write: (writer: wire.ProtoWriter) => void): Uint8Array => {
    const writer = new wire.ProtoWriter();
    write(writer);
    return writer.finish();
  };
  const key = Uint8Array.of(1, 2);

  it('with what the server half reads', () => {
    const range = { key, rangeEnd: Uint8Array.of(0), limit: 3, revision: 9, keysOnly: true, maxCreateRevision: 5 };
    expect(etcd.rangeRequest.decode(written((to) => wire.writeRangeRequest(range, to)))).toEqual({ ...etcd.rangeRequest.empty, ...range });
    const put = { key, value: key, lease: 2n ** 62n, previous: true, keepsValue: false, keepsLease: false };
    const txn = {
      compares: [{ is: '!=' as const, key, rangeEnd: new Uint8Array(), against: { target: 'lease' as const, operand: 5n } }],
      success: [{ type: 'put' as const, ...put }],
      failure: [{ type: 'transaction' as const, compares: [], success: [], failure: [] }],
    };
    const read = etcd.txnRequest.decode(written((to) => wire.writeTransaction(txn, to)));
    expect(read.compare).toMatchObject([{ result: 'NOT_EQUAL', target: 'LEASE', key, lease: 5n }]);
    expect(read.success[0]?.requestPut).toEqual({
      key,
      value: key,
      lease: 2n ** 62n,
      prevKv: true,
      ignoreValue: false,
      ignoreLease: false,
    });
    expect(read.failure[0]?.requestTxn).toEqual(etcd.txnRequest.empty);
  });

  it('with what the server half writes', () => {
    const header = { clusterId: 2n ** 63n + 1n, memberId: 2n, revision: 7, raftTerm: 2n };
    const kv = { key, createRevision: 2, modRevision: 5, version: 3, value: Uint8Array.of(9), lease: 2n ** 62n };
    const response = { header, watchId: 4, created: true, canceled: false, compactRevision: 0, cancelReason: '', fragment: false };
    const bytes = etcd.watchResponse.encode({ ...response, events: [{ type: 'DELETE', kv, prevKv: kv }] });
    expect(wire.readWatchResponse(new wire.ProtoReader(bytes))).toMatchObject({
      header: { clusterId: 2n ** 63n + 1n, revision: 7 },
      created: true,
      events: [{ type: 'delete', kv, previous: kv }],
    });
  });
});

it('takes the numbers of a list one by one, and packed', () => {
  const one = new wire.ProtoWriter().message(1, (create) => create.chosenNumber(5, 0).chosenNumber(5, 1).chosenNumber(5, 9)).finish();
  const packed = new wire.ProtoWriter().message(1, (create) => create.bytes(5, Uint8Array.of(0, 1, 9))).finish();
  const filters = ['NOPUT', 'NODELETE', 'UNKNOWN'];
  expect(etcd.watchRequest.decode(one).createRequest?.filters).toEqual(filters);
  expect(etcd.watchRequest.decode(packed).createRequest?.filters).toEqual(filters);
});

it('refuses messages within messages without end', () => {
  let bytes: Uint8Array = new Uint8Array();
  for (let depth = 0; depth < 60; depth++) {
    const inner = bytes;
    bytes = new wire.ProtoWriter().message(2, (op) => op.chosenBytes(4, inner)).finish();
  }
  expect(() => etcd.txnRequest.decode(bytes)).toThrow('deep');
});
