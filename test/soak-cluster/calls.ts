/** One call to a registry, with an end: who is not answered in time goes elsewhere. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import type { Stopwatch } from './stopwatch.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Attempt {
  readonly sentMs: number;
  readonly endMs: number;
  /** `null`: there was none. */
  readonly answer: Answer | null;
}

export interface Question {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly withinMs: number;
}

const SOCKETS_MAX = 32;

export class Calls {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  readonly #stopwatch: Stopwatch;

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  async ask(question: Question): Promise<Attempt> {
    const sentMs = this.#stopwatch.now();
    const answer = await this.#answerTo(question);
    return { sentMs, endMs: this.#stopwatch.now(), answer };
  }

  close(): void {
    this.#agent.destroy();
  }

  #answerTo({ port, method, path, body, withinMs }: Question): Promise<Answer | null> {
    return new Promise((resolve) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: this.#agent });
      const late = setTimeout(() => asked.destroy(), withinMs);
      const settle = (answer: Answer | null): void => {
        clearTimeout(late);
        resolve(answer);
      };
      asked.on('error', () => settle(null));
      asked.on('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', () => settle(null));
        response.on('close', () => settle(null));
        response.on('end', () =>
          settle({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces).toString() }),
        );
      });
      asked.end(text);
    });
  }
}
