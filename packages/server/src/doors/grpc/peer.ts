/** Somebody who speaks HTTP/2 to the door: his connection, his calls, and who he is. */
import type { Socket } from 'node:net';
import { isRollcallError, type AccessControl, type Caller } from '@rollcall/core';
import type { Headers } from '@rollcall/wire';
import { GrpcFailure, type GrpcMethod } from '../../shared/grpc-face.js';
import { failureBlock, plainHead } from './answers.js';
import { Callers } from './callers.js';
import type { CallSource, Desk, HeldCall } from './desk.js';
import { headOf, type RequestHead } from './head.js';
import { Http2Connection } from './http2/connection.js';
import type { Http2Stream, StreamListener } from './http2/stream.js';
import { StreamCall } from './stream-call.js';
import type { Count } from './tally.js';
import { Turns, type Begin } from './turns.js';
import { UnaryCall } from './unary-call.js';

export interface PeerOptions {
  readonly desk: Desk;
  readonly access: AccessControl;
  /** Answers who does not speak gRPC. */
  readonly plain: (head: RequestHead, stream: Http2Stream) => StreamListener;
  /** Called once, last. */
  readonly gone: (peer: Peer) => void;
}

/** Who was told all that there is to say. */
const nobody: StreamListener = { data: () => undefined, ended: () => undefined, closed: () => undefined };

/** As much of a path as is told of. */
const OPERATION_CHARACTERS_MAX = 200;

export class Peer implements CallSource {
  readonly #options: PeerOptions;
  readonly #callers: Callers;
  readonly #connection: Http2Connection;
  readonly #held = new Set<HeldCall>();
  readonly #turns: Turns;
  readonly #from: string;

  constructor(socket: Socket, options: PeerOptions) {
    this.#options = options;
    this.#from = socket.remoteAddress ?? '';
    this.#callers = new Callers(options.access, options.desk.face, socket);
    this.#connection = new Http2Connection(socket, {
      request: (stream, headers) => this.#request(stream, headers),
      sent: () => this.#turns.goOn(),
      closed: () => {
        this.#turns.close();
        options.gone(this);
      },
    });
    this.#turns = new Turns(() => this.#connection.unsentBytes);
  }

  /** Calls that are open. */
  get calls(): number {
    return this.#connection.streams;
  }

  get streams(): number {
    return this.#held.size;
  }

  /** Told that this is the end, and why; what was asked is still answered, and what goes on is ended. */
  leave(error: unknown): void {
    this.#connection.leave();
    for (const call of this.#held) call.fail(error);
  }

  destroy(): void {
    this.#connection.destroy();
  }

  look(): void {
    this.#connection.look();
  }

  /** The rules have changed: what may not go on ends, and whoever still may something comes back at once. */
  judgeAnew(error: unknown): void {
    this.#callers.forget();
    for (const call of this.#held) if (!this.#callers.stillMay(call.head, call.method, call.caller)) call.fail(error);
  }

  begin(call: Begin): boolean {
    return this.#turns.begin(call);
  }

  callerOf(head: RequestHead, method: GrpcMethod): Caller {
    return this.#callers.of(head, method);
  }

  hold(call: HeldCall): () => void {
    this.#held.add(call);
    return () => this.#held.delete(call);
  }

  #request(stream: Http2Stream, headers: Headers | null): StreamListener {
    if (headers === null) return this.#answerPlain(stream, 431);
    const head = headOf(headers);
    if (head === null) {
      stream.reset('PROTOCOL_ERROR');
      return nobody;
    }
    if (!head.isGrpc) return this.#options.plain(head, stream);
    return head.method === 'POST' ? this.#call(head, stream) : this.#answerPlain(stream, 405);
  }

  #call(head: RequestHead, stream: Http2Stream): StreamListener {
    const { desk } = this.#options;
    const method = desk.methods.get(head.path);
    if (method === undefined) return this.#refuse(stream, unknownMethod(head.path, desk), head, desk.tally.none);
    try {
      const shed = method.lane === null ? null : desk.admission.refusal(method.lane);
      if (shed !== null) throw shed;
      const start = { desk, source: this, head, method, stream, caller: this.#callers.of(head, method) };
      return method.kind === 'unary' ? new UnaryCall(start, method) : new StreamCall(start, method);
    } catch (error) {
      return this.#refuse(stream, error, head, desk.tally.of(method));
    }
  }

  #refuse(stream: Http2Stream, error: unknown, head: RequestHead, count: Count): StreamListener {
    const { desk } = this.#options;
    const failure = error instanceof GrpcFailure ? error : desk.face.failed(error);
    if (isRollcallError(error, 'unauthenticated') || isRollcallError(error, 'forbidden')) {
      const operation = head.path.slice(0, OPERATION_CHARACTERS_MAX);
      desk.refused?.(error, { from: this.#from, face: desk.face.name, operation });
    }
    count(failure.status);
    stream.end(failureBlock(failure, true));
    return nobody;
  }

  #answerPlain(stream: Http2Stream, status: number): StreamListener {
    stream.end(plainHead(status));
    return nobody;
  }
}

/** In grpc-go's words: clients look for them. */
function unknownMethod(path: string, { methods }: Desk): GrpcFailure {
  const [, service = '', method = ''] = /^\/([^/]*)\/(.*)$/.exec(path) ?? [];
  if (method === '') return new GrpcFailure('UNIMPLEMENTED', `malformed method name: ${JSON.stringify(path)}`);
  const isKnown = [...methods.keys()].some((known) => known.startsWith(`/${service}/`));
  return new GrpcFailure('UNIMPLEMENTED', isKnown ? `unknown method ${method} for service ${service}` : `unknown service ${service}`);
}
