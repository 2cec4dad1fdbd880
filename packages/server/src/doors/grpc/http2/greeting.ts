/** What we say first on a connection of HTTP/2: how much we take. */
import { frameType, setting, WINDOW_BYTES } from '@rollcall/wire';
import { CONNECTION_WINDOW_BYTES, HEADER_LIST_BYTES_MAX, STREAM_WINDOW_BYTES, STREAMS_MAX } from './limits.js';
import type { Outbox } from './outbox.js';
import { settingsOf } from './peer-settings.js';

const ourSettings = settingsOf([
  [setting.MAX_CONCURRENT_STREAMS, STREAMS_MAX],
  [setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
  [setting.MAX_HEADER_LIST_SIZE, HEADER_LIST_BYTES_MAX],
]);

export function greet(outbox: Outbox): void {
  outbox.frame(frameType.SETTINGS, 0, 0, ourSettings);
  outbox.widen(0, CONNECTION_WINDOW_BYTES - WINDOW_BYTES);
  outbox.flush();
}
