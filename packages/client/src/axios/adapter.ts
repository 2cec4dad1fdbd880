/** axios over a registry: `axios.create({ adapter: rollcallAdapter(registry), baseURL: 'http://payments' })` calls services by name. */
import { PassThrough, Readable } from 'node:stream';
import axios, {
  AxiosError,
  AxiosHeaders,
  CanceledError,
  type AxiosAdapter,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { CallWishes } from '../calling/call-rules.js';
import { systemClock } from '../system-clock.js';

/** What is needed of a registry here. */
export interface FetchesServices {
  fetch(input: string, init?: RequestInit & { readonly call?: CallWishes }): Promise<Response>;
}

declare module 'axios' {
  interface AxiosRequestConfig {
    /** What this call says of itself. */
    call?: CallWishes;
  }
}

/** Each call is one of `registry.fetch`, with its retries, ejections and deadlines; axios adds what is its own. */
export function rollcallAdapter(registry: FetchesServices): AxiosAdapter {
  return async (config) => {
    const ending = endingOf(config);
    try {
      const response = await registry.fetch(axios.getUri(config), initOf(config, ending.signal));
      const answer = await answerOf(response, config);
      return settled(answer, config);
    } catch (error) {
      throw axiosError(error, config, ending);
    } finally {
      // A stream is still read; its own end is the end.
      if (config.responseType !== 'stream') ending.release();
    }
  };
}

interface Ending {
  readonly signal: AbortSignal;
  readonly isTooLate: () => boolean;
  readonly release: () => void;
}

/** The caller's signal, the older token of axios, and the time: whichever comes first. */
function endingOf({ signal, cancelToken, timeout = 0 }: InternalAxiosRequestConfig): Ending {
  const controller = new AbortController();
  let isTooLate = false;
  const end = (): void => controller.abort(new CanceledError());
  const cancelTimer =
    timeout > 0
      ? systemClock.after(timeout, () => {
          isTooLate = true;
          controller.abort(new DOMException('The time is over.', 'TimeoutError'));
        })
      : undefined;
  const given = signal;
  if (given?.aborted === true) end();
  else given?.addEventListener?.('abort', end);
  void cancelToken?.promise.then(end);
  return {
    signal: controller.signal,
    isTooLate: () => isTooLate,
    release() {
      cancelTimer?.();
      given?.removeEventListener?.('abort', end);
    },
  };
}

function initOf(config: InternalAxiosRequestConfig, signal: AbortSignal): RequestInit & { readonly call?: CallWishes } {
  const { method = 'get', auth, maxRedirects, call } = config;
  const headers = new Headers();
  for (const [name, value] of Object.entries(AxiosHeaders.from(config.headers).toJSON(true))) {
    headers.set(name, value);
  }
  const body = bodyOf(config.data);
  if (isPiped(config.data)) for (const [name, value] of Object.entries(config.data.getHeaders?.() ?? {})) headers.set(name, value);
  // With a form, `fetch` says the type itself, because only it knows the boundary.
  if (body instanceof FormData) headers.delete('content-type');
  if (auth !== undefined) headers.set('authorization', `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`);
  return {
    method: method.toUpperCase(),
    headers,
    signal,
    redirect: maxRedirects === 0 ? 'manual' : 'follow',
    ...(body === undefined ? {} : { body, duplex: 'half' }),
    ...(call === undefined ? {} : { call }),
  };
}

/** What axios made of the data already: a text, bytes, a form or a stream. */
function bodyOf(data: unknown): NonNullable<RequestInit['body']> | undefined {
  if (data === undefined || data === null) return undefined;
  if (isPiped(data)) return Readable.toWeb(data.pipe(new PassThrough())) as ReadableStream;
  return data as NonNullable<RequestInit['body']>;
}

/** A stream, or a form of the package `form-data`, which axios makes forms with: a stream that knows its own headers. */
function isPiped(data: unknown): data is Pick<Readable, 'pipe'> & { readonly getHeaders?: () => Readonly<Record<string, string>> } {
  return typeof data === 'object' && data !== null && typeof (data as { readonly pipe?: unknown }).pipe === 'function';
}

async function answerOf(response: Response, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
  return {
    data: await dataOf(response, config),
    status: response.status,
    statusText: response.statusText,
    headers: new AxiosHeaders(Object.fromEntries(response.headers)).set('set-cookie', response.headers.getSetCookie()),
    config,
    request: response,
  };
}

/** axios itself reads JSON out of a text. */
async function dataOf(response: Response, config: InternalAxiosRequestConfig): Promise<unknown> {
  const { responseType } = config;
  if (responseType === 'stream') return response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as never);
  if (responseType === 'blob') return response.blob();
  const bytes = await boundedBytes(response, config);
  return responseType === 'arraybuffer' ? bytes : bytes.toString('utf8').replace(/^\uFEFF/, '');
}

async function boundedBytes(response: Response, config: InternalAxiosRequestConfig): Promise<Buffer> {
  const { maxContentLength = -1 } = config;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.byteLength;
    if (maxContentLength >= 0 && bytes > maxContentLength) {
      throw new AxiosError(`maxContentLength size of ${maxContentLength} exceeded`, AxiosError.ERR_BAD_RESPONSE, config);
    }
  }
  return Buffer.concat(pieces);
}

/** A status that the program does not want is thrown, as axios does. */
function settled(answer: AxiosResponse, config: InternalAxiosRequestConfig): AxiosResponse {
  const { validateStatus } = config;
  if (validateStatus === undefined || validateStatus === null || validateStatus(answer.status)) return answer;
  const code = answer.status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
  throw new AxiosError(`Request failed with status code ${answer.status}`, code, config, answer.request, answer);
}

function axiosError(error: unknown, config: InternalAxiosRequestConfig, ending: Ending): unknown {
  if (error instanceof AxiosError) return error;
  if (ending.isTooLate()) {
    const message = config.timeoutErrorMessage ?? `timeout of ${config.timeout}ms exceeded`;
    return withCause(new AxiosError(message, AxiosError.ECONNABORTED, config), error);
  }
  if (ending.signal.aborted) return new CanceledError(undefined, config);
  const message = error instanceof Error ? error.message : String(error);
  return withCause(new AxiosError(message, AxiosError.ERR_NETWORK, config), error);
}

function withCause(error: AxiosError, cause: unknown): AxiosError {
  if (cause instanceof Error) error.cause = cause;
  return error;
}
