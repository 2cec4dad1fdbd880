/** One reader of a channel: its beginning, then every event; cut off if it does not keep up. */
import type { Frame } from '../../shared/frame.js';
import type { HttpOutlet } from '../../shared/http-face.js';
import { eventFrame } from '../../shared/server-event.js';
import { nextTurn } from '../../shared/turn.js';
import type { Beginning, Channel, ChannelEvent, Member } from './channel.js';

/** What may wait for a reader who takes nothing, besides the snapshot that it asked for. */
const BACKLOG_BYTES_MAX: number = 1024 * 1024;

const forgotten: Frame = eventFrame({ event: 'resync', data: '{"reason":"what happened since the given event id is no longer known"}' });
const readAnew: Frame = eventFrame({ event: 'resync', data: '{"reason":"the registry read its log anew"}' });

const goodbye: Frame = eventFrame({ comment: 'this node is stopping; reconnect to go on' });

export class Watcher implements Member {
  joinedAfter = 0;
  readonly #outlet: HttpOutlet;
  readonly #channel: Channel;
  /** Above this much waiting, it is too slow. */
  #waitingBytesMax = BACKLOG_BYTES_MAX;
  #takenAtPulse = -1;
  /** What happens while its snapshot is still on the way; `null` once it is there. */
  #behind: Frame[] | null = null;
  #behindBytes = 0;
  /** Of a later snapshot than this one, if that begins before this one has ended. */
  #snapshots = 0;

  constructor(outlet: HttpOutlet, channel: Channel) {
    this.#outlet = outlet;
    this.#channel = channel;
  }

  /** Joins its channel at the place that `beginning` leads to: no `await` may lie between the two. */
  begin(beginning: Beginning): void {
    this.#channel.audience.join(this);
    if (beginning.from === 'resync') this.#write(forgotten);
    if (beginning.from !== 'cursor') void this.#sendSnapshot();
    else if (beginning.missed !== null) this.#write(beginning.missed);
  }

  take(event: ChannelEvent): void {
    if (event.kind === 'reset') {
      this.#write(readAnew);
      void this.#sendSnapshot();
    } else if (event.kind === 'pulse' && this.#takesNothing()) this.#cutOff();
    else if (this.#behind === null) this.#write(event.frame);
    // A sign of life would move the reader's place beyond what it has.
    else if (event.kind === 'change') this.#keep(event.frame);
  }

  end(): void {
    this.#channel.audience.leave(this);
    this.#outlet.write(goodbye);
    this.#outlet.end();
  }

  /** Part by part, each when the one before was taken. Changes wait behind the last one: it has the place they go on from. */
  async #sendSnapshot(): Promise<void> {
    const number = ++this.#snapshots;
    const parts = this.#channel.snapshot.frames();
    this.#behind = [];
    this.#behindBytes = 0;
    for (let part = parts.next(); part.done !== true;) {
      this.#write(part.value);
      // Whoever gets one large event is not too slow because of that.
      this.#waitingBytesMax = this.#outlet.waitingBytes + BACKLOG_BYTES_MAX;
      part = parts.next();
      if (part.done === true) break;
      await this.#taken();
      if (number !== this.#snapshots) return;
    }
    const behind = this.#behind;
    this.#behind = null;
    for (const frame of behind) this.#write(frame);
  }

  async #taken(): Promise<void> {
    await nextTurn();
    await new Promise<void>((resolve) => this.#outlet.whenTaken(resolve));
  }

  #keep(frame: Frame): void {
    this.#behindBytes += frame.chunked.length;
    if (this.#behindBytes > BACKLOG_BYTES_MAX) this.#cutOff();
    else this.#behind?.push(frame);
  }

  #write(frame: Frame): void {
    const waitingBytes = this.#outlet.waitingBytes;
    if (waitingBytes === 0) this.#waitingBytesMax = BACKLOG_BYTES_MAX;
    if (waitingBytes > this.#waitingBytesMax) this.#cutOff();
    else this.#outlet.write(frame);
  }

  /** Nothing was taken from one pulse to the next, although something waits. */
  #takesNothing(): boolean {
    const before = this.#takenAtPulse;
    this.#takenAtPulse = this.#outlet.takenBytes;
    return this.#outlet.waitingBytes > 0 && before === this.#takenAtPulse;
  }

  /** The last id that arrived says where to go on. */
  #cutOff(): void {
    this.#snapshots++;
    this.#channel.audience.leave(this);
    this.#outlet.destroy();
  }
}
