import { everything } from '@rollcall/core';
import { etcd } from '@rollcall/wire';
import { expect, it } from 'vitest';
import { GrpcFailure, streamMethod, type GrpcInlet, type GrpcStreamMethod } from '../../../shared/grpc-face.js';
import type { HttpOutlet } from '../../../shared/http-face.js';
import { LineStreams } from './stream-reply.js';

const fault = new RangeError('too deep');

const idle: GrpcInlet<unknown> = { received: () => undefined, ended: () => undefined, closed: () => undefined };

function whose(open: () => GrpcInlet<unknown>): GrpcStreamMethod {
  const { watchRequest: request, watchResponse: response } = etcd;
  return streamMethod({ path: '/a.B/C', right: 'read', lane: null, request, response, open }) as GrpcStreamMethod;
}

function outletTo(lines: unknown[]): HttpOutlet {
  return {
    waitingBytes: 0,
    takenBytes: 0,
    write: ({ plain }) => lines.push(JSON.parse(plain.toString())),
    whenTaken: (listener) => listener(),
    end: () => lines.push('end'),
    destroy: () => lines.push('destroyed'),
  };
}

it.each([
  [
    'being opened',
    (): GrpcInlet<unknown> => {
      throw fault;
    },
  ],
  ['reading what is asked', (): GrpcInlet<unknown> => ({ ...idle, received: () => Promise.reject(fault) })],
])('a stream that fails while %s says so as the face does, once, and ends', async (_when, open) => {
  const thrown: unknown[] = [];
  const lines: unknown[] = [];
  const streams = new LineStreams((error) => {
    thrown.push(error);
    return new GrpcFailure('INTERNAL', 'its log says more');
  });
  const caller = { identity: 'test', may: everything, from: '127.0.0.1', face: 'etcd' };
  streams.reply({ method: whose(open), messages: [{}, {}], call: { caller, metadata: { get: () => undefined } } }).open(outletTo(lines));
  await new Promise((later) => setImmediate(later));
  expect(thrown).toEqual([fault]);
  expect(lines).toEqual([
    { error: expect.objectContaining({ grpc_code: 13, http_code: 500, message: 'its log says more' }) as object },
    'end',
  ]);
});
