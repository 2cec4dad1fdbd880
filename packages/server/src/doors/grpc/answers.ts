/** The headers of answers, as bytes: they are few, and the same each time. */
import { writeHeaders } from '@rollcall/wire';
import { grpcStatus, type GrpcFailure, type GrpcStatusName } from '../../shared/grpc-face.js';
import { STATUS_MESSAGE_CHARACTERS_MAX } from './limits.js';

const start: readonly (readonly [string, string])[] = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];

export const answerHead: Uint8Array = writeHeaders(start);

export const allIsWell: Uint8Array = writeHeaders([['grpc-status', String(grpcStatus.OK)]]);

/** `alone`: nothing was said before it. */
export function failureBlock({ status, message }: GrpcFailure, alone: boolean): Uint8Array {
  return writeHeaders([...(alone ? start : []), ...statusHeaders(status, message)]);
}

/** An answer of HTTP to somebody who does not speak gRPC. */
export function plainHead(status: number, headers: readonly (readonly [string, string])[] = []): Uint8Array {
  return writeHeaders([[':status', String(status)], ...headers]);
}

function statusHeaders(status: GrpcStatusName, message: string): readonly (readonly [string, string])[] {
  const told = percentEncoded(message.slice(0, STATUS_MESSAGE_CHARACTERS_MAX));
  return [['grpc-status', String(grpcStatus[status])], ...(told === '' ? [] : [['grpc-message', told] as const])];
}

/** As gRPC has it: printable ASCII stands as it is, but for the percent sign. */
function percentEncoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}
