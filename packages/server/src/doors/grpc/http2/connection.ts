/**
 * One connection of HTTP/2, as a server speaks it (RFC 9113): frames in, streams and their windows, frames out. What is
 * asked on a stream is not its business. Why it is not Node's own: docs/adr/0013.
 */
import type { Duplex } from 'node:stream';
import { frameFlag, frameType, HeaderReader, WINDOW_BYTES, WINDOW_BYTES_MAX, type Headers, type Http2ErrorName } from '@rollcall/wire';
import { Http2Failure } from './failure.js';
import { FrameReader } from './frame-reader.js';
import { greet } from './greeting.js';
import { HeaderBlocks, unpadded } from './header-blocks.js';
import { CONNECTION_WINDOW_BYTES, HEADER_LIST_BYTES_MAX, SOCKET_BYTES_MAX, STREAMS_MAX, UNREAD_BYTES_MAX } from './limits.js';
import { Housekeeping } from './housekeeping.js';
import { Outbox } from './outbox.js';
import { Preface } from './preface.js';
import { Http2Stream, type StreamHost, type StreamListener } from './stream.js';

export interface ConnectionListener {
  /** Somebody asks. `null`: his headers are larger than is allowed. */
  request(stream: Http2Stream, headers: Headers | null): StreamListener;
  /** Of what waited, some went out. */
  sent(): void;
  /** Called once, last. */
  closed(): void;
}

/** Before headers: none of them is meant by a number of this connection. */
const NO_TABLE = Uint8Array.of(0x20);

export class Http2Connection implements StreamHost {
  readonly outbox: Outbox;
  readonly #socket: Duplex;
  readonly #listener: ConnectionListener;
  readonly #frames: FrameReader;
  readonly #blocks: HeaderBlocks;
  readonly #house: Housekeeping;
  readonly #streams = new Map<number, Http2Stream>();
  /** Those who could send if others had not sent so much. */
  readonly #waiting = new Set<Http2Stream>();
  readonly #preface = new Preface();
  #sendWindow = WINDOW_BYTES;
  #receiveWindow = CONNECTION_WINDOW_BYTES;
  #takenBytes = 0;
  #unsentBytes = 0;
  #lastStream = 0;
  #isLeaving = false;
  #isClosed = false;

  constructor(socket: Duplex, listener: ConnectionListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.outbox = new Outbox(socket);
    this.#frames = new FrameReader((type, flags, stream, bytes) => this.#frame(type, flags, stream, bytes));
    this.#blocks = new HeaderBlocks(new HeaderReader(HEADER_LIST_BYTES_MAX));
    this.#house = new Housekeeping(this.outbox, (bytes) => this.#windowsChanged(bytes));
    greet(this.outbox);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#resume());
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#closed());
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** What waits at its streams. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  get sendable(): number {
    return Math.min(this.#sendWindow, SOCKET_BYTES_MAX - this.outbox.waitingBytes);
  }

  /** No new streams; those that are open may finish, and then it ends. */
  leave(): void {
    if (this.#isLeaving || this.#isClosed) return;
    this.#isLeaving = true;
    this.outbox.goAway(this.#lastStream, 'NO_ERROR', '');
    this.#endIfDone();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /**
   * Called now and then. Whoever has been silent since the last time is asked whether it is there, and ended if it has not
   * answered by the next.
   */
  look(): void {
    if (this.#isClosed || this.#house.isDeserted()) this.destroy();
  }

  queued(bytes: number): void {
    this.#unsentBytes += bytes;
    if (bytes < 0) this.#listener.sent();
  }

  sent(bytes: number): void {
    this.#sendWindow -= bytes;
  }

  wait(stream: Http2Stream): void {
    this.#waiting.add(stream);
  }

  taken(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes < CONNECTION_WINDOW_BYTES / 2) return;
    this.#receiveWindow += this.#takenBytes;
    this.outbox.widen(0, this.#takenBytes);
    this.#takenBytes = 0;
  }

  block(headers: Uint8Array): Uint8Array {
    if (!this.#house.peer.isTableSmaller) return headers;
    this.#house.peer.isTableSmaller = false;
    return Buffer.concat([NO_TABLE, headers]);
  }

  gone(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream);
    this.#endIfDone();
  }

  #read(chunk: Buffer): void {
    if (this.#isClosed) return;
    this.#house.heard();
    try {
      this.#frames.read(this.#preface.behind(chunk));
    } catch (error) {
      if (!(error instanceof Http2Failure)) throw error;
      this.#fail(error);
    }
    this.outbox.look();
    if (this.outbox.waitingBytes > UNREAD_BYTES_MAX + SOCKET_BYTES_MAX) return this.destroy();
    this.outbox.flush();
  }

  #frame(type: number, flags: number, id: number, bytes: Buffer): void {
    if (this.#isClosed) return;
    if (this.#blocks.isOpen && (type !== frameType.CONTINUATION || id !== this.#blocks.stream)) {
      throw new Http2Failure('PROTOCOL_ERROR', 'Headers are interrupted by something else.');
    }
    switch (type) {
      case frameType.DATA:
        return this.#data(flags, id, bytes);
      case frameType.HEADERS:
        return this.#headers(this.#blocks.begin(flags, id, bytes));
      case frameType.CONTINUATION:
        return this.#headers(this.#blocks.goOn(flags, id, bytes));
      case frameType.WINDOW_UPDATE:
        return this.#widen(id, bytes);
      case frameType.RST_STREAM:
        return this.#reset(id, bytes);
      case frameType.PUSH_PROMISE:
        throw new Http2Failure('PROTOCOL_ERROR', 'A client promises nothing.');
      default:
        return this.#house.frame(type, flags, id, bytes);
    }
  }

  #windowsChanged(bytes: number): void {
    for (const stream of this.#streams.values()) {
      if (!stream.widen(bytes)) throw new Http2Failure('FLOW_CONTROL_ERROR', 'A window is larger than can be.');
    }
  }

  #data(flags: number, id: number, frame: Buffer): void {
    const stream = this.#streams.get(id);
    if (stream === undefined && (id === 0 || id > this.#lastStream)) {
      throw new Http2Failure('PROTOCOL_ERROR', 'Data comes on a stream that is not open.');
    }
    this.#receiveWindow -= frame.length;
    if (this.#receiveWindow < 0) throw new Http2Failure('FLOW_CONTROL_ERROR', 'More data comes than there is room for.');
    const bytes = unpadded(flags, frame);
    const isLast = (flags & frameFlag.END_STREAM) !== 0;
    if (frame.length === 0 && !isLast) this.#house.idle();
    if (stream === undefined || stream.isEnded) {
      this.taken(frame.length);
      return this.#refuse(id, 'STREAM_CLOSED');
    }
    if (!stream.arrived(frame.length)) return stream.reset('FLOW_CONTROL_ERROR');
    // Padding is room that is free again at once.
    if (frame.length > bytes.length) stream.taken(frame.length - bytes.length);
    if (isLast) stream.isEnded = true;
    if (bytes.length > 0) stream.listener?.data(bytes);
    if (isLast && !stream.isClosed) stream.listener?.ended();
  }

  #headers(whole: { readonly stream: number; readonly headers: Headers | null; readonly isLast: boolean } | null): void {
    if (whole === null) return;
    const { stream: id, headers, isLast } = whole;
    if (id % 2 === 0) throw new Http2Failure('PROTOCOL_ERROR', 'A client opens streams of odd numbers.');
    const known = this.#streams.get(id);
    if (known !== undefined) return this.#trailers(known, isLast);
    // Data may have been on its way when we ended a stream; a head of its own cannot have been.
    if (id <= this.#lastStream) throw new Http2Failure('STREAM_CLOSED', 'Headers come on a stream that is over.');
    // It was told how far it is listened to.
    if (this.#isLeaving) return;
    this.#lastStream = id;
    if (this.#streams.size >= STREAMS_MAX) return this.#refuse(id, 'REFUSED_STREAM');
    const stream = new Http2Stream(id, this.#house.peer.windowBytes, this);
    this.#streams.set(id, stream);
    stream.isEnded = isLast;
    stream.listener = this.#listener.request(stream, headers);
    if (stream.isClosed) stream.listener.closed();
    else if (isLast) stream.listener.ended();
  }

  #trailers(stream: Http2Stream, isLast: boolean): void {
    if (stream.isEnded) return stream.reset('STREAM_CLOSED');
    if (!isLast) return stream.reset('PROTOCOL_ERROR');
    stream.isEnded = true;
    stream.listener?.ended();
  }

  #widen(id: number, bytes: Buffer): void {
    if (bytes.length !== 4) throw new Http2Failure('FRAME_SIZE_ERROR', 'A window grows by a number of four bytes.');
    const more = bytes.readUInt32BE(0) & WINDOW_BYTES_MAX;
    if (id > this.#lastStream) throw new Http2Failure('PROTOCOL_ERROR', 'A window grows on a stream that is not open.');
    if (id !== 0) {
      const stream = this.#streams.get(id);
      if (more === 0) this.#refuse(id, 'PROTOCOL_ERROR');
      else if (stream?.widen(more) === false) stream.reset('FLOW_CONTROL_ERROR');
      return;
    }
    if (more === 0) throw new Http2Failure('PROTOCOL_ERROR', 'The window of the connection grows by nothing.');
    this.#sendWindow += more;
    if (this.#sendWindow > WINDOW_BYTES_MAX)
      throw new Http2Failure('FLOW_CONTROL_ERROR', 'The window of the connection is larger than can be.');
    this.#resume();
  }

  #reset(id: number, bytes: Buffer): void {
    if (bytes.length !== 4) throw new Http2Failure('FRAME_SIZE_ERROR', 'A reset has four bytes.');
    if (id === 0 || id > this.#lastStream) throw new Http2Failure('PROTOCOL_ERROR', 'A stream is reset that is not open.');
    this.#streams.get(id)?.close();
  }

  /** In turns, so that a long answer does not stand before short ones. */
  #resume(): void {
    this.outbox.look();
    for (let turns = this.#waiting.size; turns > 0 && this.sendable > 0; turns--) {
      const [stream] = this.#waiting;
      if (stream === undefined) break;
      this.#waiting.delete(stream);
      stream.pump();
      if (turns === 1 && this.#waiting.size > 0) turns = this.#waiting.size + 1;
    }
    this.outbox.flush();
  }

  /** On a stream that may not be known here. */
  #refuse(id: number, code: Http2ErrorName): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) return stream.reset(code);
    this.#house.idle();
    this.outbox.reset(id, code);
  }

  #fail({ code, message, stream }: Http2Failure): void {
    if (stream !== null) {
      this.#streams.get(stream)?.close();
      return this.outbox.reset(stream, code);
    }
    this.outbox.goAway(this.#lastStream, code, message);
    this.#socket.end();
    // What is on its way to us is read, or the system would take back what we said; who does not leave by himself is looked at.
    this.#closeStreams();
  }

  #endIfDone(): void {
    if (!this.#isLeaving || this.#streams.size > 0 || this.#isClosed) return;
    this.outbox.flush();
    this.#socket.end();
  }

  #closed(): void {
    this.#closeStreams();
    this.#listener.closed();
  }

  #closeStreams(): void {
    this.#isClosed = true;
    for (const stream of this.#streams.values()) stream.close();
  }
}
