/**
 * What a face brings to the gRPC door, and what the door gives it: methods, each with its codecs and what answers it, and no
 * socket. The twin of http-face.ts. The same methods are answered however they are asked: over gRPC, or through a gateway.
 */
import type { Abort, Caller, Lane, Right } from '@rollcall/core';

export interface GrpcFace {
  readonly name: string;
  readonly methods: readonly GrpcMethod[];
  /** The token that a call shows. Must not throw. */
  tokenIn(metadata: GrpcMetadata): string | null;
  /** Whatever was thrown on the way to an answer, in this protocol's words. Must not throw. */
  failed(error: unknown): GrpcFailure;
}

/** Between bytes and what a method talks of. */
export interface GrpcCodec<Message> {
  /** Throws for what is no such message. Bytes within the answer may be views of those that were given. */
  decode(bytes: Uint8Array): Message;
  encode(message: Message): Uint8Array;
}

/** Written with `unaryMethod` and `streamMethod`, so that what a codec reads is what is handled. */
export type GrpcMethod = GrpcUnaryMethod | GrpcStreamMethod;

interface MethodManner {
  /** With its service: `/etcdserverpb.KV/Range`. */
  readonly path: string;
  /**
   * What its caller must be allowed; who has that right for nothing gets no further. `none`: everybody, and the caller is then
   * one who may do nothing.
   */
  readonly right: Right | 'none';
  /** Who is served first when not everybody can be. `null`: always. */
  readonly lane: Lane | null;
}

/** One question, one answer. */
export interface GrpcUnaryMethod<Request = unknown, Response = unknown> extends MethodManner {
  readonly kind: 'unary';
  readonly request: GrpcCodec<Request>;
  readonly response: GrpcCodec<Response>;
  /** Throws, or rejects with, whatever `failed` of the face understands. */
  handle(request: Request, call: GrpcCall): Response | Promise<Response>;
}

/** Messages from both sides, or many answers to one question: then the other side is done after its first message. */
export interface GrpcStreamMethod<Request = unknown, Response = unknown> extends MethodManner {
  readonly kind: 'stream';
  readonly request: GrpcCodec<Request>;
  readonly response: GrpcCodec<Response>;
  /** Called before anything was received. Whatever it throws ends the stream. */
  open(outlet: GrpcOutlet<Response>, call: GrpcCall): GrpcInlet<Request>;
}

export function unaryMethod<Request, Response>(method: Omit<GrpcUnaryMethod<Request, Response>, 'kind'>): GrpcMethod {
  return { kind: 'unary', ...method };
}

export function streamMethod<Request, Response>(method: Omit<GrpcStreamMethod<Request, Response>, 'kind'>): GrpcMethod {
  return { kind: 'stream', ...method };
}

/** Who asks, and what was said beside the question. */
export interface GrpcCall {
  readonly caller: Caller;
  readonly metadata: GrpcMetadata;
  /** Aborted once nobody waits for an answer any more: the other side is gone, gave up, or its time is over. */
  readonly signal: Abort;
}

export interface GrpcMetadata {
  /** By its name in small letters; what came several times is joined by commas. Only text: what is binary is not looked at. */
  get(name: string): string | undefined;
}

/** What the other side says on a stream. Never called from within `open`, and never again after `closed`. */
export interface GrpcInlet<Request> {
  /**
   * Called once per message, in order. May answer a promise: then nothing more is read from the stream until it settles. What
   * is thrown, or rejected with, ends the stream.
   */
  received(message: Request): void | Promise<void>;
  /** It has said all that it wanted to say, and may still listen. */
  ended(): void;
  /** Called once, last: nothing more arrives anywhere, for whatever reason; also after one's own `end` or `fail`. Must not throw. */
  closed(): void;
}

/** The near end of a stream. What the other side does not take waits here: whoever writes much asks `waitingBytes` first. */
export interface GrpcOutlet<Response> {
  /** What was written and not yet taken. */
  readonly waitingBytes: number;
  write(message: Response): void;
  /** An encoded message: the same bytes may be written to many. */
  writeEncoded(bytes: Uint8Array): void;
  /** Called once: at once if little waits, else when little waits again. Not at all once the stream is closed. */
  whenTaken(listener: () => void): void;
  /** All is well, and said. What was written still arrives. */
  end(): void;
  /** In the face's words: what was written still arrives, and then this. */
  fail(error: unknown): void;
}

/** gRPC's status codes, by their names. */
export const grpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type GrpcStatusName = keyof typeof grpcStatus;

/** An answer other than the one that was hoped for. */
export class GrpcFailure extends Error {
  readonly status: GrpcStatusName;

  constructor(status: GrpcStatusName, message: string) {
    super(message);
    this.name = 'GrpcFailure';
    this.status = status;
  }
}
