/** One try over undici: what its connection says, told to the core, and passed on once the answer is taken. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../ports.js';
import type { AnswerTaker } from './answer-taker.js';
import type { Attempt } from './attempt.js';
import { tryFailure } from './try-failure.js';

/** An unwanted answer is read to its end, so that its connection can be used again; up to so many bytes, */
const UNWANTED_BYTES_MAX: number = 64 * 1024;
/** and for so long. */
const UNWANTED_MS_MAX = 1000;

export class DispatchTry implements AnswerTaker {
  readonly #attempt: Attempt;
  readonly #taker: AnswerTaker;
  readonly #clock: Clock;
  readonly #sourceError: () => Error | undefined;
  #abort: ((reason?: Error) => void) | undefined;
  #cancelled: Error | undefined;
  /** It has the call's answer, and had the right to pass it on from then. */
  #isAnswer = false;
  #isUnwanted = false;
  #unwantedBytes = 0;
  #stopReading: () => void = () => undefined;

  constructor(attempt: Attempt, taker: AnswerTaker, clock: Clock, sourceError: () => Error | undefined) {
    this.#attempt = attempt;
    this.#taker = taker;
    this.#clock = clock;
    this.#sourceError = sourceError;
    attempt.onCancel = (reason) => {
      this.#cancelled = reason;
      this.#abort?.(reason);
    };
  }

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#cancelled !== undefined) return abort(this.#cancelled);
    this.#abort = abort;
    this.#attempt.sent();
  }

  onResponseStarted(): void {
    if (this.#attempt.state === 'open') this.#taker.onResponseStarted?.();
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean | undefined {
    // What is said before the answer is passed on by nobody: it may not be the one that counts.
    if (status < 200) return true;
    if (!this.#attempt.answered(status, status === 503 || status === 429 ? retryAfterOf(rawHeaders) : undefined)) return this.#unwanted();
    this.#isAnswer = true;
    return this.#taker.onHeaders?.(status, rawHeaders, resume, statusText);
  }

  onData(piece: Buffer): boolean | undefined {
    if (!this.#isUnwanted) return this.#taker.onData?.(piece);
    this.#unwantedBytes += piece.length;
    if (this.#unwantedBytes > UNWANTED_BYTES_MAX) this.#abort?.(new Error('an answer that nobody wants'));
    return true;
  }

  onComplete(rawTrailers: string[] | null): void {
    this.#stopReading();
    if (this.#isUnwanted) return;
    this.#attempt.finished();
    this.#taker.onComplete?.(rawTrailers);
  }

  onUpgrade(status: number, rawHeaders: Buffer[] | string[] | null, socket: Duplex): void {
    if (!this.#attempt.answered(status)) {
      socket.destroy();
      return;
    }
    this.#isAnswer = true;
    // What is spoken from here on is theirs; the call goes on as long as they speak.
    socket.once('close', () => this.#attempt.finished());
    this.#taker.onUpgrade?.(status, rawHeaders, socket);
  }

  onError(error: Error): void {
    this.#stopReading();
    if (this.#isUnwanted) return;
    const sourceError = this.#sourceError();
    if (sourceError === undefined) this.#attempt.failed(tryFailure(this.#cancelled ?? error, this.#attempt.wasSent));
    else this.#attempt.failed({ kind: 'reset', fault: 'request', error: sourceError });
    if (this.#isAnswer) this.#taker.onError?.(this.#cancelled ?? error);
  }

  #unwanted(): true {
    this.#isUnwanted = true;
    this.#stopReading = this.#clock.after(UNWANTED_MS_MAX, () => this.#abort?.(new Error('an answer that nobody wants')));
    return true;
  }
}

function retryAfterOf(rawHeaders: readonly Buffer[]): string | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 11 && name.toString('latin1').toLowerCase() === 'retry-after') return rawHeaders[at + 1]?.toString('latin1');
  }
  return undefined;
}
