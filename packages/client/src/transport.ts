/** One request and its answer, over connections that are kept: undici's, because its pools answer three times as fast as `fetch`. */
import type { Agent, Dispatcher } from 'undici';
import { parsedJson, readBody } from './answer-body.js';
import type { AnswerHead, ConnectOptions, TlsOptions } from './options.js';
import { problemIn, RegistryProblem } from './registry-problem.js';
import type { RegistryUrl } from './registry-url.js';
import type { Target } from './request-target.js';
import { Unanswered, unanswered } from './unanswered.js';

/** Calls at a time; further ones wait. A registry on one core is busy with fewer. */
const CONNECTIONS_MAX = 64;

/** Longer than between two heartbeats, and shorter than the minute after which proxies let go of a silent connection. */
const IDLE_MS_MAX = 45_000;

/** Beyond this, whoever says when to come back is not believed. */
const RETRY_AFTER_MS_MAX: number = 5 * 60_000;

export interface Request extends Target {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface WholeAnswer extends AnswerHead {
  /** `undefined` where there is none, or where it is no JSON. */
  readonly body: unknown;
  readonly text: string;
}

interface Pools {
  readonly calls: Agent;
  /** Apart, so that those who watch take no connection from those who ask. */
  readonly streams: Agent;
}

export class Transport {
  readonly #url: RegistryUrl;
  readonly #token: () => string | undefined;
  readonly #tls: TlsOptions;
  #pools: Promise<Pools> | null = null;

  constructor(url: RegistryUrl, { token, tls = {} }: Pick<ConnectOptions, 'token' | 'tls'>) {
    this.#url = url;
    this.#token = typeof token === 'function' ? token : () => token;
    this.#tls = tls;
  }

  get shownUrl(): string {
    return this.#url.shown;
  }

  get base(): string {
    return this.#url.base;
  }

  /** Throws what the registry refuses as `RegistryProblem`, and what is no answer of a registry as `Unanswered`. */
  async ask(request: Request): Promise<WholeAnswer> {
    const answer = await this.#send('calls', request);
    const text = await this.#whole(answer, request);
    const body = parsedJson(text);
    if (answer.statusCode >= 300) throw this.#refusal(answer, body);
    return { ...headOf(answer), body, text };
  }

  /** The same for an answer without an end. */
  async open(request: Request): Promise<Dispatcher.ResponseData['body']> {
    const answer = await this.#send('streams', request);
    const kind = String(answer.headers['content-type'] ?? '');
    if (answer.statusCode === 200 && kind.startsWith('text/event-stream')) return answer.body;
    throw this.#refusal(answer, parsedJson(await this.#whole(answer, request)));
  }

  /** A file, piece by piece as it comes: however long it takes once it has begun. */
  async *download(request: Request, begun: () => void): AsyncGenerator<Uint8Array> {
    const answer = await this.#send('streams', request);
    if (answer.statusCode !== 200 || answer.headers['content-type'] !== 'application/octet-stream') {
      throw this.#refusal(answer, parsedJson(await this.#whole(answer, request)));
    }
    begun();
    try {
      yield* answer.body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw this.#unanswered(error, request.signal);
    }
  }

  /** Lets go of every connection; what is still asked is broken off. */
  async close(): Promise<void> {
    const pools = await this.#pools;
    await Promise.all([pools?.calls.destroy(), pools?.streams.destroy()]);
  }

  #opened(): Promise<Pools> {
    this.#pools ??= openPools(this.#tls);
    return this.#pools;
  }

  async #send(pool: keyof Pools, { method, path, body, headers, signal }: Request): Promise<Dispatcher.ResponseData> {
    const token = this.#token();
    const sent = {
      'accept': 'application/json',
      'user-agent': 'rollcall-client',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const text = body === undefined ? null : JSON.stringify(body);
    try {
      const { [pool]: agent } = await this.#opened();
      return await agent.request({ origin: this.#url.origin, method, path, headers: sent, body: text, signal });
    } catch (error) {
      throw this.#unanswered(error, signal);
    }
  }

  async #whole({ body }: Dispatcher.ResponseData, { signal }: Request): Promise<string> {
    try {
      return await readBody(body);
    } catch (error) {
      throw this.#unanswered(error, signal);
    }
  }

  /** Who gave up hears his own reason. */
  #unanswered(error: unknown, signal: AbortSignal): unknown {
    return signal.aborted ? signal.reason : unanswered(error, this.#url.shown);
  }

  #refusal({ statusCode, headers }: Dispatcher.ResponseData, body: unknown): Error {
    const problem = problemIn(body);
    if (problem !== null) return new RegistryProblem(problem, retryAfterMs(headers['retry-after']));
    const retryable = statusCode === 429 || statusCode === 502 || statusCode === 503 || statusCode === 504;
    const details = `${statusCode} ${String(headers['content-type'] ?? 'without a type')}`;
    return new Unanswered('not-a-registry', this.#url.shown, { details, retryable });
  }
}

/** undici is loaded with the first call: it takes longer than all the rest, and many a command makes none. */
async function openPools(tls: TlsOptions): Promise<Pools> {
  const undici = await import('undici');
  // Every call has a deadline of its own, so the pool's are off.
  const common = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: IDLE_MS_MAX, connect: connectOptions(tls) };
  return { calls: new undici.Agent({ ...common, connections: CONNECTIONS_MAX }), streams: new undici.Agent(common) };
}

function connectOptions(tls: TlsOptions): object {
  // The pool's own limit on connecting is off as well: there is the call's deadline.
  return { ...tls, timeout: 0 };
}

function headOf({ statusCode, headers }: Dispatcher.ResponseData): AnswerHead {
  const revision = wholeNumber(headers['rollcall-revision']);
  const cursor = /^(?:W\/)?"(.+)"$/.exec(String(headers['etag'] ?? ''))?.[1];
  const ageSeconds = wholeNumber(headers['rollcall-age']);
  return {
    status: statusCode,
    ...(revision === undefined ? {} : { revision }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(ageSeconds === undefined ? {} : { ageSeconds }),
  };
}

function retryAfterMs(header: string | string[] | undefined): number | null {
  const seconds = wholeNumber(header);
  return seconds === undefined ? null : Math.min(seconds * 1000, RETRY_AFTER_MS_MAX);
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
