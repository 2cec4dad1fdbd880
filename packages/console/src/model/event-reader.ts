/** Server-sent events out of text, in whatever pieces it comes. As a registry writes them: lines end with a line feed. */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** A snapshot of one service is one line; this holds a quarter of a million instances. */
const EVENT_CHARACTERS_MAX: number = 256 * 1024 * 1024;

export class EventReader {
  readonly #charactersMax: number;
  /** The line that is still coming, in its pieces: putting them together each time would cost their square. */
  #pieces: string[] = [];
  #characters = 0;
  #event = '';
  #data: string[] = [];
  #lastId: string;
  /** What the event that is still coming says; half an event is no place to go on from. */
  #nextId: string | null = null;

  constructor(lastId = '', charactersMax: number = EVENT_CHARACTERS_MAX) {
    this.#lastId = lastId;
    this.#charactersMax = charactersMax;
  }

  /** Where to go on after the last event that came whole. */
  get lastId(): string {
    return this.#lastId;
  }

  /** The events that this text completes. Throws a `RangeError` for one that is longer than any is. */
  read(text: string): readonly ServerEvent[] {
    const events: ServerEvent[] = [];
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#keep(text.slice(from, end));
      const line = this.#pieces.join('');
      this.#pieces = [];
      from = end + 1;
      if (line === '') this.#end(events);
      else this.#takeLine(line);
    }
    this.#keep(text.slice(from));
    return events;
  }

  #keep(piece: string): void {
    this.#characters += piece.length;
    if (this.#characters > this.#charactersMax) throw new RangeError(`An event is longer than ${this.#charactersMax} characters.`);
    this.#pieces.push(piece);
  }

  /** A comment has a colon at its beginning, and so no name. */
  #takeLine(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id') this.#nextId = value;
  }

  #end(events: ServerEvent[]): void {
    if (this.#data.length > 0) events.push({ event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n') });
    this.#lastId = this.#nextId ?? this.#lastId;
    this.#nextId = null;
    this.#event = '';
    this.#data = [];
    this.#characters = 0;
  }
}
