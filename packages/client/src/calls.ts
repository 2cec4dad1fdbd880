/** Calls of the contract, each one request and one answer within its deadline. */
import type { Operation } from '@rollcall/contract';
import type { Asked } from './asked.js';
import { deadlineOf } from './deadline.js';
import type { CallOptions } from './options.js';
import type { Clock } from './ports.js';
import { takes, targetOf } from './request-target.js';
import type { Transport, WholeAnswer } from './transport.js';
import { Unanswered } from './unanswered.js';

export interface CallsOptions {
  readonly namespace: string | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export class Calls {
  readonly #transport: Transport;
  readonly #options: CallsOptions;

  constructor(transport: Transport, options: CallsOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** The body of an answer, trusted to be what the contract says. */
  async answer<Body>(operation: Operation, asked: Asked, options: CallOptions): Promise<Body> {
    return (await this.ask(operation, asked, options)).body as Body;
  }

  async ask(operation: Operation, { varying, query, body }: Asked, options: CallOptions): Promise<WholeAnswer> {
    const { signal, timeoutMs = this.#options.timeoutMs, namespace = this.#options.namespace, onAnswer } = options;
    const where = takes(operation, 'namespace') ? { namespace } : {};
    const target = targetOf(operation, varying, { ...query, ...where });
    const waitMs = typeof query?.['wait'] === 'number' ? query['wait'] : 0;
    const deadline = deadlineOf(this.#options.clock, timeoutMs, signal);
    try {
      const answer = await this.#transport.ask({ ...target, body, timeoutMs, waitMs, signal: deadline.signal });
      onAnswer?.(answer);
      return answer;
    } catch (error) {
      throw deadline.isOver ? this.#tooLate(timeoutMs, error) : error;
    } finally {
      deadline.release();
    }
  }

  /** What is too long to be one answer, in pieces. */
  async *download(
    operation: Operation,
    { signal, timeoutMs = this.#options.timeoutMs }: Pick<CallOptions, 'signal' | 'timeoutMs'>,
  ): AsyncGenerator<Uint8Array> {
    const deadline = deadlineOf(this.#options.clock, timeoutMs, signal);
    // From then on only the caller's own signal ends it.
    const untimed = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
    try {
      const target = targetOf(operation);
      yield* this.#transport.download({ ...target, headers: { accept: '*/*' }, timeoutMs, signal: untimed }, () => deadline.release());
    } catch (error) {
      throw deadline.isOver ? this.#tooLate(timeoutMs, error) : error;
    } finally {
      deadline.release();
    }
  }

  #tooLate(timeoutMs: number, cause: unknown): Unanswered {
    return new Unanswered('timeout', this.#transport.shownUrl, { details: `${timeoutMs} ms`, cause });
  }
}
