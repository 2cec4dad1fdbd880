/**
 * By stream, or by asking again and again? A stream is better in everything, but some proxies keep what comes to themselves
 * until they have enough of it, or hang up on what takes long: then nothing is heard by it, not even the pulse. Two such
 * streams in a row, and one polls; now and then the stream is tried again. Pure: time is passed in.
 */

/** One may be the registry's own trouble: it was suspended, or the network lost a packet. */
const MUTE_STREAMS_MAX = 2;

/** A proxy is reconfigured once in a while, not every minute. */
const STREAM_AGAIN_MS: number = 5 * 60_000;

/** Something that came later than with the first answer came by a stream that is let through. */
const LET_THROUGH_MS = 5000;

export class Way {
  #mute = 0;
  #pollUntilMs = -Infinity;
  #pollFailed = false;
  #connectedMs = Infinity;

  isStream(nowMs: number): boolean {
    return nowMs >= this.#pollUntilMs;
  }

  connected(nowMs: number): void {
    this.#connectedMs = nowMs;
  }

  heard(nowMs: number): void {
    if (nowMs - this.#connectedMs >= LET_THROUGH_MS) this.#mute = 0;
  }

  /** It ended; `mute`: nothing came by it for too long, or not even the beginning of an answer. */
  streamEnded(mute: boolean, nowMs: number): void {
    this.#connectedMs = Infinity;
    if (!mute) return;
    this.#mute += 1;
    if (this.#mute < MUTE_STREAMS_MAX) return;
    // The next try is given one chance.
    this.#mute = MUTE_STREAMS_MAX - 1;
    this.#pollFailed = false;
    this.#pollUntilMs = nowMs + STREAM_AGAIN_MS;
  }

  /** Where asking does not help either, it was the registry, and not what lies between: once it answers, streams are worth trying. */
  polled(answered: boolean): void {
    if (!answered) this.#pollFailed = true;
    else if (this.#pollFailed) this.#pollUntilMs = -Infinity;
  }
}
