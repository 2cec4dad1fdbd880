/** A stream of events as a careful reader has it: over a plain connection, so that a test may also read slowly or not at all. */
import { request, type IncomingMessage } from 'node:http';

export interface StreamedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export interface EventStream {
  readonly events: readonly StreamedEvent[];
  /** The id of the last event or sign of life that arrived. */
  readonly lastId: string;
  /** The registry or somebody on the way has ended it. */
  readonly ended: boolean;
  /** Reads from now on; a stream that was opened `unread` waits for that. */
  read(): void;
  close(): void;
}

export interface StreamOptions {
  readonly lastEventId?: string;
  /** Leaves everything where it is until `read` is called. */
  readonly unread?: boolean;
}

/** Settles when the head of the answer is there. */
export function openStream(url: string, path: string, { lastEventId, unread = false }: StreamOptions = {}): Promise<EventStream> {
  const resumed = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { headers: { accept: 'text/event-stream', ...resumed }, agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => resolve(streamOf(response, unread)));
    asked.end();
  });
}

function streamOf(response: IncomingMessage, unread: boolean): EventStream {
  const events: StreamedEvent[] = [];
  const state = { lastId: '', ended: false, rest: '' };
  response.setEncoding('utf8');
  response.on('close', () => (state.ended = true));
  response.on('error', () => (state.ended = true));
  const read = (): void => {
    response.on('data', (piece: string) => {
      const blocks = (state.rest + piece).split('\n\n');
      state.rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
        state.lastId = field('id') || state.lastId;
        if (field('event') !== '') events.push({ event: field('event'), id: field('id'), data: field('data') });
      }
    });
  };
  if (!unread) read();
  return {
    events,
    get lastId() {
      return state.lastId;
    },
    get ended() {
      return state.ended;
    },
    read,
    close: () => void response.destroy(),
  };
}
