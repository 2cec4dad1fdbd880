/** Server-sent events, out of bytes: whatever the pieces in which they come, the blocks are the same. */

/**
 * A snapshot of one service is one line. This holds a quarter of a million instances; whoever sends a longer line without
 * an end is no registry.
 */
const EVENT_CHARS_MAX: number = 256 * 1024 * 1024;

/** What stands between two empty lines. */
export interface EventBlock {
  /** `message` if the sender named none. */
  readonly event: string;
  /** `null`: a sign of life, and no event. */
  readonly data: string | null;
  /** Where to go on after this one; it stays the same until a block says otherwise. */
  readonly id: string;
  /** How long to wait before connecting again, if it says so. */
  readonly retryMs?: number;
}

export class EventStreamReader {
  readonly #charsMax: number;
  readonly #decoder = new TextDecoder();
  /** The line that is still coming, in the pieces in which it came: putting them together each time would cost their square. */
  #pieces: string[] = [];
  #chars = 0;
  /** The last piece ended with a carriage return; a line feed right behind it ends no further line. */
  #afterReturn = false;
  #block = emptyBlock();
  #id: string;

  /** `id`: where the reader is already. */
  constructor(id = '', charsMax: number = EVENT_CHARS_MAX) {
    this.#id = id;
    this.#charsMax = charsMax;
  }

  /** The blocks that these bytes complete. Throws a `RangeError` for an event that is longer than any event is. */
  push(bytes: Uint8Array): readonly EventBlock[] {
    const blocks: EventBlock[] = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.#afterReturn && text !== '') {
      this.#afterReturn = false;
      if (text.startsWith('\n')) text = text.slice(1);
    }
    const lineEnd = /\r\n|\n|\r/g;
    let from = 0;
    for (let found = lineEnd.exec(text); found !== null; found = lineEnd.exec(text)) {
      const line = this.#completed(text.slice(from, found.index));
      from = lineEnd.lastIndex;
      if (line === '') this.#dispatch(blocks);
      else this.#takeLine(line);
    }
    this.#afterReturn = text.endsWith('\r') || (this.#afterReturn && text === '');
    if (from < text.length) this.#keep(text.slice(from));
    return blocks;
  }

  #completed(end: string): string {
    this.#count(end);
    const line = this.#pieces.length === 0 ? end : [...this.#pieces, end].join('');
    this.#pieces = [];
    return line;
  }

  #keep(piece: string): void {
    this.#count(piece);
    this.#pieces.push(piece);
  }

  /** All that was said since the last block counts, however many lines it has. */
  #count(piece: string): void {
    this.#chars += piece.length;
    if (this.#chars > this.#charsMax) throw new RangeError(`An event is longer than ${this.#charsMax} characters.`);
  }

  #takeLine(line: string): void {
    const block = this.#block;
    block.isEmpty = false;
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') block.data.push(value);
    else if (name === 'event') block.event = value;
    else if (name === 'id' && !value.includes('\0')) block.id = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) block.retryMs = Number(value);
  }

  #dispatch(blocks: EventBlock[]): void {
    const { isEmpty, event, data, id, retryMs } = this.#block;
    this.#block = emptyBlock();
    this.#chars = 0;
    this.#id = id ?? this.#id;
    if (isEmpty) return;
    blocks.push({
      event: event === '' ? 'message' : event,
      data: data.length === 0 ? null : data.join('\n'),
      id: this.#id,
      ...(retryMs === undefined ? {} : { retryMs }),
    });
  }
}

interface OpenBlock {
  isEmpty: boolean;
  event: string;
  readonly data: string[];
  id: string | undefined;
  retryMs: number | undefined;
}

function emptyBlock(): OpenBlock {
  return { isEmpty: true, event: '', data: [], id: undefined, retryMs: undefined };
}
