/** What the other side of a connection of HTTP/2 asks for, as far as it counts for us; and how that is said. */
import { setting, TABLE_BYTES_MAX, WINDOW_BYTES, WINDOW_BYTES_MAX } from '@rollcall/wire';
import { Http2Failure } from './failure.js';

const SETTING_BYTES = 6;
const FRAME_BYTES_LEAST = 16_384;
const FRAME_BYTES_MOST = 0xff_ffff;

export class PeerSettings {
  /** What may be sent on a stream before its other side says anything. */
  windowBytes: number = WINDOW_BYTES;
  /** It takes fewer headers by number than everybody must be able to: we send none so, and have to say it once. */
  isTableSmaller = false;

  /** Answers by how much the windows of open streams change. What it has in mind of tables and frame sizes is more than we use. */
  take(bytes: Buffer): number {
    if (bytes.length % SETTING_BYTES !== 0) throw new Http2Failure('FRAME_SIZE_ERROR', 'A setting is cut off.');
    const before = this.windowBytes;
    for (let at = 0; at < bytes.length; at += SETTING_BYTES) this.#take(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    return this.windowBytes - before;
  }

  #take(name: number, value: number): void {
    if (name === setting.INITIAL_WINDOW_SIZE) {
      if (value > WINDOW_BYTES_MAX) throw new Http2Failure('FLOW_CONTROL_ERROR', 'A window is larger than can be.');
      this.windowBytes = value;
    } else if (name === setting.HEADER_TABLE_SIZE && value < TABLE_BYTES_MAX) {
      this.isTableSmaller = true;
    } else if (name === setting.ENABLE_PUSH && value > 1) {
      throw new Http2Failure('PROTOCOL_ERROR', 'Pushing is either wanted or not.');
    } else if (name === setting.MAX_FRAME_SIZE && (value < FRAME_BYTES_LEAST || value > FRAME_BYTES_MOST)) {
      throw new Http2Failure('PROTOCOL_ERROR', 'Frames of that size are not meant to be.');
    }
  }
}

/** The same, as we say them. */
export function settingsOf(settings: readonly (readonly [name: number, value: number])[]): Buffer {
  const bytes = Buffer.alloc(settings.length * SETTING_BYTES);
  settings.forEach(([name, value], at) => bytes.writeUInt32BE(value, bytes.writeUInt16BE(name, at * SETTING_BYTES)));
  return bytes;
}
