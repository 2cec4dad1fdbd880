/** A call with one question and one answer. */
import { RollcallError } from '@rollcall/core';
import { GrpcFailure, type GrpcUnaryMethod } from '../../shared/grpc-face.js';
import { Call } from './call.js';
import type { CallSource, CallStart } from './desk.js';

export class UnaryCall extends Call {
  readonly #method: GrpcUnaryMethod;
  readonly #source: CallSource;
  #isAsked = false;

  constructor(start: CallStart, method: GrpcUnaryMethod) {
    super(start);
    this.#method = method;
    this.#source = start.source;
  }

  /** It is answered as soon as it is there: that nothing follows may be said later. */
  protected override message(bytes: Buffer): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const isTaken = this.#source.begin(() => this.#handle(bytes));
    if (!isTaken) this.fail(new RollcallError('overloaded', 'Too many calls of this connection wait for their turn.'));
  }

  protected override finished(): void {
    if (!this.#isAsked) this.fail(new GrpcFailure('INTERNAL', 'grpc: a call of one message came without it'));
  }

  protected override gone(): void {
    // Its signal says so.
  }

  #handle(bytes: Buffer): boolean {
    if (this.isDone) return false;
    try {
      const answer = this.#method.handle(this.#decoded(bytes), this);
      if (answer instanceof Promise) {
        answer.then((message) => this.#answer(message)).catch((error: unknown) => this.fail(error));
      } else this.#answer(answer);
    } catch (error) {
      this.fail(error);
    }
    return true;
  }

  #decoded(bytes: Buffer): unknown {
    try {
      return this.#method.request.decode(bytes);
    } catch (error) {
      throw unreadable(error);
    }
  }

  #answer(message: unknown): void {
    if (this.isDone) return;
    this.write(this.#method.response.encode(message));
    this.end();
  }
}

export function unreadable(error: unknown): GrpcFailure {
  return new GrpcFailure('INTERNAL', `grpc: error unmarshalling request: ${error instanceof Error ? error.message : String(error)}`);
}
