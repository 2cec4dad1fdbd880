/** What went wrong, as etcd's gateway says it over HTTP. */
import { STATUS_CODES } from 'node:http';
import { grpcStatus, type GrpcFailure, type GrpcStatusName } from '../../../shared/grpc-face.js';
import type { HttpAnswer } from '../../../shared/http-face.js';

const httpStatus = {
  OK: 200,
  CANCELLED: 408,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 412,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
} as const satisfies Record<GrpcStatusName, number>;

export function failureAnswer({ status, message }: GrpcFailure): HttpAnswer {
  const body = { error: message, code: grpcStatus[status], message };
  return { status: httpStatus[status], headers: ['content-type', 'application/json'], body: JSON.stringify(body) };
}

/** On a stream, whose head has gone out long ago. */
export function streamFailure({ status, message }: GrpcFailure): object {
  const code = httpStatus[status];
  return { error: { grpc_code: grpcStatus[status], http_code: code, message, http_status: STATUS_CODES[code] ?? '' } };
}
