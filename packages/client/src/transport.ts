/** One request and its answer, over connections that are kept: undici's, because its pools answer three times as fast as `fetch`. */
import type { Agent, Dispatcher } from 'undici';
import { parsedJson, readBody } from './answer-body.js';
import { deadlineOf } from './deadline.js';
import type { AnswerHead, ConnectOptions, TlsOptions } from './options.js';
import type { Clock } from './ports.js';
import { problemIn, RegistryProblem } from './registry-problem.js';
import type { RegistryUrl } from './registry-url.js';
import { targetOf, type Target } from './request-target.js';
import { endedEarly, mayGoElsewhere, sendsElsewhere, tryMs } from './tries.js';
import { Unanswered, unanswered } from './unanswered.js';
import type { Ways } from './ways.js';

/** Calls at a time; further ones wait. A registry on one core is busy with fewer. */
const CONNECTIONS_MAX = 64;

/** Longer than between two heartbeats, and shorter than the minute after which proxies let go of a silent connection. */
const IDLE_MS_MAX = 45_000;

/** Beyond this, whoever says when to come back is not believed. */
const RETRY_AFTER_MS_MAX: number = 5 * 60_000;

export interface Request extends Target {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long there is for all its tries; the signal says when that is over. */
  readonly timeoutMs: number;
  /** How long the registry was asked to wait before it answers. */
  readonly waitMs?: number;
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

/** How long home has to say that it is ready. */
const LOOK_HOME_TIMEOUT_MS = 2000;

export class Transport {
  readonly #ways: Ways;
  readonly #clock: Clock;
  readonly #token: () => string | undefined;
  readonly #tls: TlsOptions;
  readonly #onMove: ConnectOptions['onMove'];
  /** Who answered last, and why the one before did not. */
  #answering: RegistryUrl;
  #because: Error | null = null;
  #pools: Promise<Pools> | null = null;

  constructor(ways: Ways, { token, tls = {}, onMove }: Pick<ConnectOptions, 'token' | 'tls' | 'onMove'>, clock: Clock) {
    this.#ways = ways;
    this.#answering = ways.current;
    this.#clock = clock;
    this.#token = typeof token === 'function' ? token : () => token;
    this.#tls = tls;
    this.#onMove = onMove;
  }

  /** Who is asked first at the moment. */
  get shownUrl(): string {
    return this.#ways.current.shown;
  }

  get shownUrls(): readonly string[] {
    return this.#ways.inOrder.map(({ shown }) => shown);
  }

  /** Throws what the registry refuses as `RegistryProblem`, and what is no answer of a registry as `Unanswered`. */
  ask(request: Request): Promise<WholeAnswer> {
    return this.#tried(request, (url, signal) => this.#askAt(url, { ...request, signal }));
  }

  /** The same for an answer without an end. */
  open(request: Request): Promise<Dispatcher.ResponseData['body']> {
    return this.#tried(request, (url, signal) => this.#openAt(url, { ...request, signal }));
  }

  /** A file, piece by piece as it comes: however long it takes once it has begun. */
  async *download(request: Request, begun: () => void): AsyncGenerator<Uint8Array> {
    const url = this.#ways.current;
    const answer = await this.#send('streams', url, request);
    if (answer.statusCode !== 200 || answer.headers['content-type'] !== 'application/octet-stream') {
      throw refusal(url, answer, parsedJson(await this.#whole(url, answer, request)));
    }
    begun();
    try {
      yield* answer.body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw this.#unanswered(error, url, request.signal);
    }
  }

  /** Lets go of every connection; what is still asked is broken off. */
  async close(): Promise<void> {
    const pools = await this.#pools;
    await Promise.all([pools?.calls.destroy(), pools?.streams.destroy()]);
  }

  /** At one way after the other, until one of them answers or what went wrong must not be tried again. */
  async #tried<Answer>(request: Request, attempt: (url: RegistryUrl, signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    this.#lookHome();
    const endMs = this.#clock.monotonicMs() + request.timeoutMs;
    const urls = this.#ways.inOrder;
    for (const [at, url] of urls.entries()) {
      const leftMs = endMs - this.#clock.monotonicMs();
      const limitMs = tryMs(leftMs, urls.length - at, request);
      const deadline = limitMs === undefined ? null : deadlineOf(this.#clock, limitMs);
      try {
        // Not handed on by the deadline itself: what is open when it is released still hears of the caller's giving up.
        const answer = await attempt(url, deadline === null ? request.signal : AbortSignal.any([request.signal, deadline.signal]));
        this.#answered(url);
        return answer;
      } catch (caught) {
        const tooLate = endedEarly(deadline, request.signal) || this.#clock.monotonicMs() >= endMs;
        const error = tooLate ? new Unanswered('timeout', url.shown, { cause: caught }) : caught;
        if (!sendsElsewhere(error)) throw caught;
        if (this.#ways.left(url)) this.#because = error;
        if (request.signal.aborted || at === urls.length - 1 || !mayGoElsewhere(error, request.repeatable)) throw caught;
      } finally {
        deadline?.release();
      }
    }
    throw new TypeError('There is always one way at least.');
  }

  #answered(url: RegistryUrl): void {
    if (url === this.#answering) return;
    const move = { from: this.#answering.shown, to: url.shown, because: this.#ways.isHome ? null : this.#because };
    this.#answering = url;
    this.#onMove?.(move);
  }

  /** Beside the call that gave the occasion, which does not wait for it. */
  #lookHome(): void {
    const url = this.#ways.homeToLookAt();
    if (url !== null) void this.#isReady(url).then((ready) => ready && this.#ways.home());
  }

  async #isReady(url: RegistryUrl): Promise<boolean> {
    const deadline = deadlineOf(this.#clock, LOOK_HOME_TIMEOUT_MS);
    try {
      await this.#askAt(url, { ...targetOf('ready'), timeoutMs: LOOK_HOME_TIMEOUT_MS, signal: deadline.signal });
      return true;
    } catch {
      return false;
    } finally {
      deadline.release();
    }
  }

  async #askAt(url: RegistryUrl, request: Request): Promise<WholeAnswer> {
    const answer = await this.#send('calls', url, request);
    const text = await this.#whole(url, answer, request);
    const body = parsedJson(text);
    if (answer.statusCode >= 300) throw refusal(url, answer, body);
    if (body === undefined && answer.statusCode !== 204) throw new Unanswered('not-a-registry', url.shown);
    return { ...headOf(answer), body, text };
  }

  async #openAt(url: RegistryUrl, request: Request): Promise<Dispatcher.ResponseData['body']> {
    const answer = await this.#send('streams', url, request);
    const kind = String(answer.headers['content-type'] ?? '');
    if (answer.statusCode === 200 && kind.startsWith('text/event-stream')) return answer.body;
    throw refusal(url, answer, parsedJson(await this.#whole(url, answer, request)));
  }

  #opened(): Promise<Pools> {
    this.#pools ??= openPools(this.#tls);
    return this.#pools;
  }

  async #send(pool: keyof Pools, url: RegistryUrl, { method, path, body, headers, signal }: Request): Promise<Dispatcher.ResponseData> {
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
      return await agent.request({ origin: url.origin, method, path: url.base + path, headers: sent, body: text, signal });
    } catch (error) {
      throw this.#unanswered(error, url, signal);
    }
  }

  async #whole(url: RegistryUrl, { body }: Dispatcher.ResponseData, { signal }: Request): Promise<string> {
    try {
      return await readBody(body);
    } catch (error) {
      throw this.#unanswered(error, url, signal);
    }
  }

  /** Who gave up hears his own reason. */
  #unanswered(error: unknown, url: RegistryUrl, signal: AbortSignal): unknown {
    return signal.aborted ? signal.reason : unanswered(error, url.shown);
  }
}

function refusal({ shown }: RegistryUrl, { statusCode, headers }: Dispatcher.ResponseData, body: unknown): Error {
  const problem = problemIn(body);
  if (problem !== null) return new RegistryProblem(problem, retryAfterMs(headers['retry-after']));
  const retryable = statusCode === 429 || statusCode === 502 || statusCode === 503 || statusCode === 504;
  const details = `${statusCode} ${String(headers['content-type'] ?? 'without a type')}`;
  return new Unanswered('not-a-registry', shown, { details, retryable });
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
