/** A call that goes on: messages from both sides, in any order. */
import type { GrpcInlet, GrpcOutlet, GrpcStreamMethod } from '../../shared/grpc-face.js';
import { Call } from './call.js';
import type { CallStart } from './desk.js';
import { unreadable } from './unary-call.js';

export class StreamCall extends Call implements GrpcOutlet<unknown> {
  readonly #method: GrpcStreamMethod;
  readonly #letGo: () => void;
  #inlet: GrpcInlet<unknown> | null = null;

  constructor(start: CallStart, method: GrpcStreamMethod) {
    super(start);
    this.#method = method;
    this.#letGo = start.source.hold({ ...start, fail: (error) => this.fail(error) });
    try {
      // Some clients say nothing before they have heard that they are heard.
      this.sendHead();
      this.#inlet = method.open(this, this);
    } catch (error) {
      this.fail(error);
    }
  }

  get waitingBytes(): number {
    return this.stream.waitingBytes;
  }

  override write(message: unknown): void {
    this.writeEncoded(this.#method.response.encode(message));
  }

  writeEncoded(bytes: Uint8Array): void {
    super.write(bytes);
  }

  whenTaken(listener: () => void): void {
    this.stream.whenTaken(listener);
  }

  override end(): void {
    super.end();
  }

  protected override message(bytes: Buffer): void | Promise<void> {
    return this.#inlet?.received(this.#decoded(bytes));
  }

  protected override finished(): void {
    try {
      this.#inlet?.ended();
    } catch (error) {
      this.fail(error);
    }
  }

  protected override gone(): void {
    this.#letGo();
    this.#inlet?.closed();
  }

  #decoded(bytes: Buffer): unknown {
    try {
      return this.#method.request.decode(bytes);
    } catch (error) {
      throw unreadable(error);
    }
  }
}
