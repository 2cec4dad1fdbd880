/** Server-sent events as text and as frames. */
import { frameOf, type Frame } from './frame.js';

export const EVENT_STREAM_TYPE = 'text/event-stream';

export interface ServerEvent {
  readonly event?: string;
  /** Where to go on after this one. */
  readonly id?: string;
  /** JSON on one line. */
  readonly data?: string | Buffer | readonly (string | Buffer)[];
  readonly comment?: string;
  /** How long a reader waits before it connects again. */
  readonly retryMs?: number;
}

/** The law: what a reader of event streams makes of it is the event again. No field may hold a line end; JSON never does. */
export function eventFrame({ event, id, data, comment, retryMs }: ServerEvent): Frame {
  const lines = [
    ...(comment === undefined ? [] : [`: ${comment}\n`]),
    ...(retryMs === undefined ? [] : [`retry: ${retryMs}\n`]),
    ...(event === undefined ? [] : [`event: ${event}\n`]),
    ...(id === undefined ? [] : [`id: ${id}\n`]),
  ];
  const pieces = data === undefined ? [] : ['data: ', ...(typeof data === 'string' || Buffer.isBuffer(data) ? [data] : data), '\n'];
  return frameOf([lines.join(''), ...pieces, '\n']);
}
