/** A stream of etcd's through the gateway: all that is asked is in the body, and every answer is a line of JSON. */
import type { Message } from '@rollcall/wire';
import { frameOf } from '../../../shared/frame.js';
import type { GrpcCall, GrpcFace, GrpcInlet, GrpcOutlet, GrpcStreamMethod } from '../../../shared/grpc-face.js';
import type { HttpOutlet, HttpStream } from '../../../shared/http-face.js';
import { toJson } from './json.js';
import { streamFailure } from './failures.js';

export interface StreamAsked {
  readonly method: GrpcStreamMethod;
  readonly messages: readonly unknown[];
  readonly call: Omit<GrpcCall, 'signal'>;
}

/** All that are open. */
export class LineStreams {
  readonly #open = new Set<LineStream>();
  readonly #failed: GrpcFace['failed'];

  constructor(failed: GrpcFace['failed']) {
    this.#failed = failed;
  }

  reply(asked: StreamAsked): HttpStream {
    return {
      status: 200,
      headers: ['content-type', 'application/json'],
      open: (outlet) => {
        const stream = new LineStream(outlet, asked, this.#failed);
        this.#open.add(stream);
        void stream.ask(asked.messages);
        return () => {
          this.#open.delete(stream);
          stream.closed();
        };
      },
    };
  }

  fail(error: unknown): void {
    for (const stream of this.#open) stream.fail(error);
  }
}

class LineStream implements GrpcOutlet<unknown> {
  readonly #outlet: HttpOutlet;
  readonly #failed: GrpcFace['failed'];
  readonly #response: Message<unknown>;
  readonly #gone = new AbortController();
  #inlet: GrpcInlet<unknown> | null = null;
  #isOver = false;

  constructor(outlet: HttpOutlet, { method, call }: StreamAsked, failed: GrpcFace['failed']) {
    this.#outlet = outlet;
    this.#failed = failed;
    this.#response = method.response as Message<unknown>;
    try {
      this.#inlet = method.open(this, { ...call, signal: this.#gone.signal });
    } catch (error) {
      this.fail(error);
    }
  }

  get waitingBytes(): number {
    return this.#outlet.waitingBytes;
  }

  async ask(messages: readonly unknown[]): Promise<void> {
    try {
      for (const message of messages) if (!this.#isOver) await this.#inlet?.received(message);
      if (!this.#isOver) this.#inlet?.ended();
    } catch (error) {
      this.fail(error);
    }
  }

  write(message: unknown): void {
    if (!this.#isOver) this.#outlet.write(line({ result: toJson(this.#response, message) }));
  }

  writeEncoded(bytes: Uint8Array): void {
    this.write(this.#response.decode(bytes));
  }

  whenTaken(listener: () => void): void {
    if (!this.#isOver) this.#outlet.whenTaken(listener);
  }

  end(): void {
    if (this.#isOver) return;
    this.#outlet.end();
    this.closed();
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#outlet.write(line(streamFailure(this.#failed(error))));
    this.end();
  }

  closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#gone.abort();
    this.#inlet?.closed();
  }
}

function line(json: object): ReturnType<typeof frameOf> {
  return frameOf([`${JSON.stringify(json)}\n`]);
}
