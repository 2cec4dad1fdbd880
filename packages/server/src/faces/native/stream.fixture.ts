/** Somebody who watches through the door, as a browser's EventSource does, without a port. */
import { EventSourceReader } from '../../doors/http/event-source.fixture.js';
import { open, type Answering } from '../../doors/http/in-memory.fixture.js';
import { nextTurn } from '../../shared/turn.js';
import type { FedFace } from './native.fixture.js';

export interface Told {
  readonly event: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A few turns: what is on its way through both ends of a connection has arrived. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await nextTurn();
}

export class Stream {
  readonly reader = new EventSourceReader();
  readonly #answering: Answering;
  ended: 'open' | 'ended' | 'broken' = 'open';

  private constructor(answering: Answering) {
    this.#answering = answering;
    answering.body.setEncoding('utf8').on('data', (text: string) => this.reader.take(text));
    answering.body.once('end', () => (this.ended = 'ended')).once('error', () => (this.ended = 'broken'));
  }

  static async open(face: FedFace, url: string, headers: Readonly<Record<string, string>> = {}): Promise<Stream> {
    const answering = await open(face.door, { url, headers: { accept: 'text/event-stream', ...headers } });
    if (answering.statusCode !== 200) throw new Error(`answered ${answering.statusCode}`);
    const stream = new Stream(answering);
    await settle();
    return stream;
  }

  get headers(): Answering['headers'] {
    return this.#answering.headers;
  }

  /** What was told since the last time that this was asked. */
  async told(): Promise<readonly Told[]> {
    await settle();
    return this.reader.events.splice(0).map(({ event, lastEventId, data }) => ({
      event,
      id: lastEventId,
      data: JSON.parse(data) as Told['data'],
    }));
  }

  /** Takes nothing more. */
  pause(): void {
    this.#answering.body.pause();
  }

  leave(): void {
    this.#answering.leave();
  }
}
