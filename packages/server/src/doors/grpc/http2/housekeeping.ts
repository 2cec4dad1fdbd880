/** What two sides of a connection say about the connection itself: settings, pings, priorities; and whether the other one is there. */
import { frameFlag, frameType, readUint32, WINDOW_BYTES_MAX } from '@rollcall/wire';
import { Http2Failure } from './failure.js';
import { IDLE_FRAMES_MAX } from './limits.js';
import type { Outbox } from './outbox.js';
import { PeerSettings } from './peer-settings.js';

const NOTHING = Buffer.alloc(0);
const PING_BYTES = 8;
const PRIORITY_BYTES = 5;

export class Housekeeping {
  readonly peer: PeerSettings = new PeerSettings();
  readonly #outbox: Outbox;
  /** By how much the windows of open streams change. */
  readonly #windowsChanged: (bytes: number) => void;
  #idleFrames = 0;
  #isQuiet = false;
  #isAsked = false;

  constructor(outbox: Outbox, windowsChanged: (bytes: number) => void) {
    this.#outbox = outbox;
    this.#windowsChanged = windowsChanged;
  }

  /** Something arrived. */
  heard(): void {
    this.#isQuiet = this.#isAsked = false;
  }

  /** Called now and then. Answers whether nobody is there any more: silent for two times, and asked in between. */
  isDeserted(): boolean {
    this.#idleFrames = 0;
    if (this.#isQuiet && this.#isAsked) return true;
    if (this.#isQuiet) {
      this.#isAsked = true;
      this.#outbox.frame(frameType.PING, 0, 0, Buffer.alloc(PING_BYTES));
      this.#outbox.flush();
    }
    this.#isQuiet = true;
    return false;
  }

  /** Counts what asks for nothing. Those that are meant come a few in a minute. */
  idle(): void {
    this.#idleFrames++;
    if (this.#idleFrames > IDLE_FRAMES_MAX) {
      throw new Http2Failure('ENHANCE_YOUR_CALM', 'These are too many frames that ask for nothing.');
    }
  }

  frame(type: number, flags: number, id: number, bytes: Buffer): void {
    this.idle();
    if (type === frameType.PRIORITY) return priority(id, bytes);
    if (type !== frameType.PING && type !== frameType.SETTINGS && type !== frameType.GOAWAY) return;
    if (id !== 0) throw new Http2Failure('PROTOCOL_ERROR', 'This is about the connection, not about a stream.');
    const isAnswer = (flags & frameFlag.ACK) !== 0;
    if (type === frameType.PING) this.#ping(isAnswer, bytes);
    else if (type === frameType.SETTINGS) this.#settings(isAnswer, bytes);
  }

  #ping(isAnswer: boolean, bytes: Buffer): void {
    if (bytes.length !== PING_BYTES) throw new Http2Failure('FRAME_SIZE_ERROR', 'A ping has eight bytes.');
    if (!isAnswer) this.#outbox.frame(frameType.PING, frameFlag.ACK, 0, bytes);
  }

  #settings(isAnswer: boolean, bytes: Buffer): void {
    if (isAnswer && bytes.length > 0) throw new Http2Failure('FRAME_SIZE_ERROR', 'The answer to settings holds none.');
    if (isAnswer) return;
    const change = this.peer.take(bytes);
    this.#outbox.frame(frameType.SETTINGS, frameFlag.ACK, 0, NOTHING);
    if (change !== 0) this.#windowsChanged(change);
  }
}

/** Nobody is served before others, but what makes no sense is said to make none. */
function priority(id: number, bytes: Buffer): void {
  if (id === 0) throw new Http2Failure('PROTOCOL_ERROR', 'The connection has no priority.');
  if (bytes.length !== PRIORITY_BYTES) throw new Http2Failure('FRAME_SIZE_ERROR', 'A priority has five bytes.', id);
  if ((readUint32(bytes, 0) & WINDOW_BYTES_MAX) === id) throw new Http2Failure('PROTOCOL_ERROR', 'A stream cannot depend on itself.', id);
}
