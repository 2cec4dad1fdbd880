/**
 * Whoever asked a dispatcher, in the one shape in which undici 7 speaks to all: `onConnect`, `onHeaders`, `onData`, … That is what
 * `fetch` and `request` of Node 20 to 24 bring along; handlers of the newer shape (`onRequestStart`, …) are spoken to by a go-between.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;

export interface AnswerTaker {
  onConnect?(abort: (reason?: Error) => void): void;
  onResponseStarted?(): void;
  /** `false`: no more data until `resume` is called. */
  onHeaders?(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean | undefined;
  onData?(piece: Buffer): boolean | undefined;
  onComplete?(rawTrailers: string[] | null): void;
  onUpgrade?(status: number, rawHeaders: Buffer[] | string[] | null, socket: Duplex): void;
  onError?(error: Error): void;
}

export function answerTaker(handler: Handler): AnswerTaker {
  return handler.onRequestStart === undefined ? handler : new GoBetween(handler);
}

/** What the newer shape is given, to steer the answer. */
class Controller {
  rawHeaders: Buffer[] | string[] | null = null;
  rawTrailers: Buffer[] | string[] | null = null;
  aborted = false;
  reason: Error | null = null;
  paused = false;
  resumeNow: (() => void) | undefined;
  readonly #abort: (reason?: Error) => void;

  constructor(abort: (reason?: Error) => void) {
    this.#abort = abort;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.resumeNow?.();
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#abort(reason);
  }
}

class GoBetween implements AnswerTaker {
  readonly #handler: Handler;
  #controller = new Controller(() => undefined);

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#controller = new Controller(abort);
    this.#handler.onRequestStart?.(this.#controller, undefined);
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    this.#controller.resumeNow = resume;
    this.#controller.rawHeaders = rawHeaders;
    this.#handler.onResponseStart?.(this.#controller, status, namedHeaders(rawHeaders), statusText);
    return !this.#controller.paused;
  }

  onData(piece: Buffer): boolean {
    this.#handler.onResponseData?.(this.#controller, piece);
    return !this.#controller.paused;
  }

  onComplete(rawTrailers: string[] | null): void {
    this.#controller.rawTrailers = rawTrailers;
    this.#handler.onResponseEnd?.(this.#controller, namedHeaders(rawTrailers));
  }

  onUpgrade(status: number, rawHeaders: Buffer[] | string[] | null, socket: Duplex): void {
    this.#controller.rawHeaders = rawHeaders;
    this.#handler.onRequestUpgrade?.(this.#controller, status, namedHeaders(rawHeaders), socket);
  }

  onError(error: Error): void {
    this.#handler.onResponseError?.(this.#controller, error);
  }
}

/** Name, value, name, value, … by name, in lower case; several of a name as a list. */
function namedHeaders(raw: readonly (Buffer | string)[] | null): IncomingHttpHeaders {
  const named: Record<string, string | string[]> = {};
  if (raw === null) return named;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = latin(raw[at]).toLowerCase();
    const value = latin(raw[at + 1]);
    const before = named[name];
    if (before === undefined) named[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else named[name] = [before, value];
  }
  return named;
}

function latin(text: Buffer | string | undefined): string {
  return typeof text === 'string' ? text : (text?.toString('latin1') ?? '');
}
