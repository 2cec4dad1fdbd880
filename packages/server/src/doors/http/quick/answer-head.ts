/** The heads of answers, to the letter as node:http writes them. */
import { STATUS_CODES } from 'node:http';
import type { Clock } from '@rollcall/core';
import type { HttpAnswer } from '../../../shared/http-face.js';
import { IDLE_MS_MAX } from '../limits.js';
import { JOINED_BYTES_MAX } from './limits.js';

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

const SECOND_MS = 1000;

const GOES_ON = `Connection: keep-alive\r\nKeep-Alive: timeout=${IDLE_MS_MAX / SECOND_MS}\r\n\r\n`;
const ENDS = 'Connection: close\r\n\r\n';

/** How a head ends: with what becomes of its connection, unless its headers said so, and in chunks if it is a stream's. */
export type Ending = 'goes on' | 'ends' | 'said' | 'streams';

const endings = {
  'goes on': GOES_ON,
  'ends': ENDS,
  'said': '\r\n',
  'streams': 'Transfer-Encoding: chunked\r\n\r\n',
} as const satisfies Record<Ending, string>;

const statusLines = new Map<number, string>();

function statusLine(status: number): string {
  let line = statusLines.get(status);
  if (line === undefined) statusLines.set(status, (line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`));
  return line;
}

/** Names and values in turns. Throws for what no header may be. */
export function headerLines(headers: readonly string[]): string {
  let lines = '';
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    const value = headers[at + 1] as string;
    if (!NAME.test(name) || UNSENDABLE.test(value)) throw new TypeError(`${JSON.stringify(name)}: this header cannot be sent.`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** Says the time, made anew once a second. */
export class AnswerHeads {
  readonly #clock: Pick<Clock, 'wallMs'>;
  /** Of answers that lie ready and are given again and again. */
  readonly #kept = new WeakMap<readonly string[], string>();
  #second = NaN;
  #date = '';
  /** What went out last: a change is told to thousands in the same words, and a question comes again. */
  #latest: { readonly answer: HttpAnswer; readonly ending: Ending; readonly date: string; readonly bytes: Buffer } | null = null;

  constructor(clock: Pick<Clock, 'wallMs'>) {
    this.#clock = clock;
  }

  /** `lines`: what `headerLines` made, and whatever stands behind it. */
  head(status: number, lines: string, ending: Ending): string {
    return statusLine(status) + lines + this.#dateLine() + endings[ending];
  }

  /** All of a complete answer, in one piece. `null` where the pieces are not worth joining. */
  whole(answer: HttpAnswer, ending: Ending): Buffer | null {
    const { status, headers, body } = answer;
    if (body === null || typeof body === 'string' || body.length > JOINED_BYTES_MAX) return null;
    const date = this.#dateLine();
    const latest = this.#latest;
    if (latest !== null && latest.answer === answer && latest.ending === ending && latest.date === date) return latest.bytes;
    const bytes = behindHead(this.head(status, this.#lasting(headers), ending), body);
    this.#latest = { answer, ending, date, bytes };
    return bytes;
  }

  /** As `headerLines`; these headers will come again as the very same object. */
  #lasting(headers: readonly string[]): string {
    let lines = this.#kept.get(headers);
    if (lines === undefined) this.#kept.set(headers, (lines = headerLines(headers)));
    return lines;
  }

  #dateLine(): string {
    const nowMs = this.#clock.wallMs();
    const second = Math.floor(nowMs / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = `Date: ${new Date(nowMs).toUTCString()}\r\n`;
    }
    return this.#date;
  }
}

/** Its characters are bytes. */
export function behindHead(head: string, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 'latin1');
  body.copy(bytes, head.length);
  return bytes;
}
