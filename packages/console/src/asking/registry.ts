/** The registry that this page came from, asked over its native API. */
import type { Problem } from '../model/shapes.js';
import type { Clock } from './clock.js';
import type { Link } from './link.js';
import type { KeptToken } from './token.js';

/**
 * Why there is no answer. `lost`: nobody answers, or it cannot at the moment. `unauthenticated`: it wants to know who asks.
 * `forbidden`: it does, and says no. `missing`: there is no such thing. `refused`: everything else.
 */
export type Refusal = 'lost' | 'unauthenticated' | 'forbidden' | 'missing' | 'refused';

export class AskError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

export interface RegistryOptions {
  /** Where its API begins, with a slash at its end. */
  readonly root: URL;
  readonly token: KeptToken;
  readonly link: Link;
  readonly clock: Clock;
  /** Told when the registry wants a token, or another one. */
  readonly unauthenticated: (reason: string) => void;
}

/** Who does not answer within this does not answer. */
const ANSWER_MS_MAX = 10_000;

const NO_ANSWER = 'It does not answer.';

export interface Answered<Body> {
  readonly body: Body;
  readonly etag: string | null;
}

export class Registry {
  readonly #options: RegistryOptions;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** `null`: nothing has changed since the answer with this ETag. Rejects with an `AskError`, or once the signal is aborted. */
  async ask<Body>(path: string, signal: AbortSignal, etag: string | null = null): Promise<Answered<Body> | null> {
    const { clock, link } = this.#options;
    const ended = new AbortController();
    const end = (): void => ended.abort();
    const cancel = clock.after(ANSWER_MS_MAX, end);
    signal.addEventListener('abort', end, { once: true });
    try {
      const answer = await this.#fetch(path, etag === null ? {} : { 'if-none-match': etag }, ended.signal);
      if (answer.status === 304) return heard(link, null);
      return heard(link, { body: (await answer.json()) as Body, etag: answer.headers.get('etag') });
    } catch (error) {
      throw signal.aborted ? error : this.#failed(error);
    } finally {
      cancel();
      signal.removeEventListener('abort', end);
    }
  }

  /** A stream of events behind this id, in pieces. Rejects as `ask` does; but who has no room for a stream may answer all the same. */
  async open(path: string, lastId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    try {
      const headers = { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) };
      const answer = await this.#fetch(path, headers, signal);
      if (answer.body === null) throw new AskError('lost', NO_ANSWER);
      return answer.body;
    } catch (error) {
      throw signal.aborted || error instanceof AskError ? error : this.#failed(error);
    }
  }

  /** Rejects with what was refused. */
  async #fetch(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const { root, token, unauthenticated } = this.#options;
    const shown = token.value;
    const authorization = shown === null ? {} : { authorization: `Bearer ${shown}` };
    // Nothing is kept in the browser's own store, where what a token may see would outlive it.
    const request = { headers: { ...headers, ...authorization }, signal, cache: 'no-store', credentials: 'same-origin' } as const;
    const answer = await fetch(new URL(path, root), request);
    const { ok, status } = answer;
    if (ok || status === 304) return answer;
    const problem = (await answer.json().catch(() => null)) as Partial<Problem> | null;
    const detail = problem?.detail ?? `It answered ${status}.`;
    // Of a token that was changed meanwhile it says nothing any more.
    if (status === 401 && token.value === shown) unauthenticated(shown === null ? '' : detail);
    throw new AskError(refusalOf(status), detail);
  }

  #failed(error: unknown): AskError {
    const failed = error instanceof AskError ? error : new AskError('lost', NO_ANSWER);
    const { link } = this.#options;
    if (failed.refusal === 'lost') link.broke(failed.message);
    else link.heard();
    return failed;
  }
}

function heard<Answer>(link: Link, answer: Answer): Answer {
  link.heard();
  return answer;
}

function refusalOf(status: number): Refusal {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'missing';
  return status >= 500 || status === 429 ? 'lost' : 'refused';
}
