/** A reader of server-sent events as browsers have one: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface ReadEvent {
  readonly event: string;
  /** The last id that came, whether with this event or before. */
  readonly lastEventId: string;
  readonly data: string;
}

export class EventSourceReader {
  readonly events: ReadEvent[] = [];
  readonly comments: string[] = [];
  retryMs: number | null = null;
  lastEventId = '';
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id = '';

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#takeLine(line.replace(/\r$/, ''));
  }

  #takeLine(line: string): void {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === '') this.comments.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  #dispatch(): void {
    this.lastEventId = this.#id;
    if (this.#data.length > 0)
      this.events.push({ event: this.#event || 'message', lastEventId: this.lastEventId, data: this.#data.join('\n') });
    this.#event = '';
    this.#data = [];
  }
}
