/** An exchange on a connection that is read here. */
import type { Duplex } from 'node:stream';
import type { HttpAnswer, HttpStream } from '../../../shared/http-face.js';
import { addressOf, hasLength, hasNoBody, withExtra, type Exchange } from '../exchange.js';
import { UNWANTED_BODY_BYTES_MAX } from '../limits.js';
import { SocketOutlet } from '../outlet.js';
import { headerLines, behindHead, type AnswerHeads } from './answer-head.js';
import type { QuickBody } from './body.js';
import type { QuickHead } from './head.js';
import { JOINED_BYTES_MAX } from './limits.js';

/** What an exchange needs of its connection. */
export interface ExchangeHost {
  readonly socket: Duplex;
  readonly heads: AnswerHeads;
  /** All of the answer was said. */
  answered(last: boolean): void;
  /** Somebody waits for its end: who has left is let go of. */
  held(): void;
}

const NOTHING: readonly string[] = [];
const NO_BODY: Buffer = Buffer.alloc(0);

export class QuickExchange implements Exchange {
  readonly head: QuickHead;
  extra: readonly string[] = NOTHING;
  readonly body: QuickBody | null;
  /** Whatever else does not come here. */
  readonly hosts: number = 1;
  readonly #host: ExchangeHost;
  #isBegun = false;
  #isOver = false;
  #isLast: boolean;
  #onClose: (() => void) | null = null;

  constructor(head: QuickHead, body: QuickBody | null, host: ExchangeHost) {
    this.head = head;
    this.body = body;
    this.#host = host;
    this.#isLast = head.block.isLast;
  }

  get socket(): Duplex {
    return this.#host.socket;
  }

  get from(): string {
    return addressOf(this.#host.socket);
  }

  get hasBody(): boolean {
    return this.body !== null;
  }

  get isNearlyWhole(): boolean {
    return this.body === null || this.body.isWhole || this.body.bytes <= UNWANTED_BODY_BYTES_MAX;
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Somebody waits for its end. */
  get isHeld(): boolean {
    return this.#onClose !== null;
  }

  endsConnection(): void {
    this.#isLast = true;
  }

  readBody(bytesMax: number): Buffer | Promise<Buffer> {
    return this.body?.read(bytesMax) ?? NO_BODY;
  }

  send(answer: HttpAnswer, last: boolean): void {
    const { socket } = this.#host;
    if (this.#isOver || !socket.writable) return;
    if (this.#isBegun) throw new Error('There can be no second answer.');
    const isLast = last || this.#isLast;
    this.#write(answer, last, isLast);
    this.#isBegun = true;
    this.over();
    this.#host.answered(isLast);
  }

  stream({ status, headers, open }: HttpStream): void {
    const { socket, heads } = this.#host;
    if (this.#isOver || !socket.writable) return;
    const isBare = this.head.method === 'HEAD';
    const lines = headerLines([...withExtra(this.extra, headers), 'connection', 'close']);
    this.#isBegun = true;
    this.#isLast = true;
    socket.write(heads.head(status, lines, isBare ? 'said' : 'streams'), 'latin1');
    if (isBare) return this.#host.answered(true);
    this.onClose(open(new QuickOutlet(this.#host)));
  }

  onClose(listener: () => void): void {
    if (this.#isOver) return listener();
    const before = this.#onClose;
    this.#onClose =
      before === null
        ? listener
        : () => {
            before();
            listener();
          };
    this.#host.held();
  }

  /** What was answered as a whole still arrives. */
  destroy(): void {
    if (!this.#isOver) this.#host.socket.destroy();
  }

  /** Whoever waits for that hears it, once. */
  over(): void {
    this.#isOver = true;
    const listener = this.#onClose;
    this.#onClose = null;
    listener?.();
  }

  #write(answer: HttpAnswer, last: boolean, isLast: boolean): void {
    const { socket, heads } = this.#host;
    const { status, body, complete } = answer;
    const ending = last ? 'said' : isLast ? 'ends' : 'goes on';
    const isBare = body === null || this.head.method === 'HEAD' || hasNoBody(status);
    const whole = isBare || last || complete !== true || this.extra.length > 0 ? null : heads.whole(answer, ending);
    if (whole !== null) return void socket.write(whole);
    const text = heads.head(status, this.#lines(answer, last), ending);
    if (isBare) socket.write(text, 'latin1');
    else writeJoined(socket, text, body);
  }

  #lines(answer: HttpAnswer, last: boolean): string {
    const { headers, body } = answer;
    let lines = headerLines(withExtra(this.extra, headers));
    if (!hasLength(answer)) lines += `content-length: ${body === null ? 0 : Buffer.byteLength(body)}\r\n`;
    return last ? `${lines}connection: close\r\n` : lines;
  }
}

/** Most answers are small: one piece is one call of the system. */
function writeJoined(socket: Duplex, head: string, body: Buffer | string): void {
  if (typeof body === 'string') {
    const bytes = Buffer.byteLength(body);
    if (bytes === body.length) return void socket.write(head + body, 'latin1');
    return writeJoined(socket, head, Buffer.from(body));
  }
  if (body.length <= JOINED_BYTES_MAX) return void socket.write(behindHead(head, body));
  socket.cork();
  socket.write(head, 'latin1');
  socket.write(body);
  socket.uncork();
}

/** Of a stream in chunks; the last one says that it is over. */
class QuickOutlet extends SocketOutlet {
  readonly #host: ExchangeHost;
  #isOver = false;

  constructor(host: ExchangeHost) {
    super(host.socket, true);
    this.#host = host;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#host.socket.destroyed) this.#host.socket.write('0\r\n\r\n', 'latin1');
    this.#host.answered(true);
  }
}
