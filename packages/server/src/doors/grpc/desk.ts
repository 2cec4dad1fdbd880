/** What every call of a door has to do with. */
import type { Caller, Clock, RollcallError } from '@rollcall/core';
import type { Admission } from '../../shared/admission.js';
import type { GrpcFace, GrpcMethod } from '../../shared/grpc-face.js';
import type { RequestHead } from './head.js';
import type { Http2Stream } from './http2/stream.js';
import type { Unfinished } from './messages.js';
import type { Tally } from './tally.js';
import type { Begin } from './turns.js';

export interface Desk {
  readonly face: GrpcFace;
  readonly methods: ReadonlyMap<string, GrpcMethod>;
  readonly tally: Tally;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly unfinished: Unfinished;
  readonly refused: ((error: RollcallError, refused: { from: string; face: string; operation: string }) => void) | undefined;
}

/** What a call has to do with its connection. */
export interface CallSource {
  /** Calls `call` now, or when it is its turn. Answers `false` where there is no room to wait. */
  begin(call: Begin): boolean;
  callerOf(head: RequestHead, method: GrpcMethod): Caller;
  /** A stream is open: it is ended when its caller may no longer have it, and when the door closes. Answers what takes that back. */
  hold(call: HeldCall): () => void;
}

export interface HeldCall {
  readonly head: RequestHead;
  readonly method: GrpcMethod;
  readonly caller: Caller;
  /** In the face's words. */
  fail(error: unknown): void;
}

export interface CallStart {
  readonly desk: Desk;
  readonly source: CallSource;
  readonly head: RequestHead;
  readonly method: GrpcMethod;
  readonly stream: Http2Stream;
  readonly caller: Caller;
}
