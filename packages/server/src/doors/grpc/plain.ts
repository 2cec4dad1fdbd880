/**
 * HTTP that came as HTTP/2, as browsers and curl do where TLS lets them choose: it is asked anew as HTTP/1.1, of the door that
 * stands behind this one, over a connection that is none.
 */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import { plainHead } from './answers.js';
import type { RequestHead } from './head.js';
import type { Http2Stream, StreamListener } from './http2/stream.js';

/** They speak of a connection that is not the one that they arrive on. */
const LEFT_OUT: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'host']);

const NO_TRAILERS = new Uint8Array(0);

export class PlainExchange implements StreamListener {
  readonly #stream: Http2Stream;
  readonly #request: ClientRequest;
  /** What it said that it would send; `null` where it did not. */
  readonly #announcedBytes: number | null;
  #arrivedBytes = 0;

  constructor(head: RequestHead, stream: Http2Stream, accept: (connection: Duplex) => void) {
    this.#stream = stream;
    const announced = head.get('content-length');
    this.#announcedBytes = announced === undefined ? null : Number(announced);
    const [near, far] = duplexPair();
    const headers: Record<string, string> = { host: head.authority, connection: 'close' };
    // What follows is told apart from another request by nothing else than this.
    if (!stream.isEnded) headers['transfer-encoding'] = 'chunked';
    for (let at = 0; at < head.headers.length; at += 2) {
      const name = head.headers[at] as string;
      if (!name.startsWith(':') && !LEFT_OUT.has(name) && name !== 'content-length') headers[name] = head.get(name) ?? '';
    }
    accept(far);
    const { method, path } = head;
    this.#request = httpRequest({ createConnection: () => near, method, path, headers, setHost: false });
    this.#request.on('response', (response) => this.#answer(response));
    this.#request.on('error', () => this.#stream.reset('INTERNAL_ERROR'));
  }

  data(bytes: Buffer): void {
    this.#arrivedBytes += bytes.length;
    this.#request.write(Buffer.from(bytes), () => this.#stream.taken(bytes.length));
  }

  ended(): void {
    if (this.#announcedBytes !== null && this.#announcedBytes !== this.#arrivedBytes) this.#stream.reset('PROTOCOL_ERROR');
    else this.#request.end();
  }

  closed(): void {
    this.#request.destroy();
  }

  #answer(response: IncomingMessage): void {
    const { rawHeaders, statusCode = 500 } = response;
    const headers = rawHeaders.flatMap((name, at): (readonly [string, string])[] => {
      const isName = at % 2 === 0;
      return isName && !LEFT_OUT.has(name.toLowerCase()) ? [[name.toLowerCase(), rawHeaders[at + 1] ?? '']] : [];
    });
    this.#stream.head(plainHead(statusCode, headers));
    response.on('data', (bytes: Buffer) => {
      this.#stream.push(bytes);
      this.#stream.pump();
      response.pause();
      this.#stream.whenTaken(() => response.resume());
    });
    response.on('end', () => this.#stream.end(NO_TRAILERS));
    response.on('error', () => this.#stream.reset('INTERNAL_ERROR'));
  }
}
