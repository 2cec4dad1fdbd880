/**
 * Server-sent events on one connection. Whoever reads slower than things happen is cut off: the last id that
 * arrived says where to go on.
 */
import type { Clock } from '@rollcall/core';

export interface ServerEvent {
  readonly event?: string;
  /** Where to go on after this one. */
  readonly id?: string;
  /** Becomes one line of JSON. */
  readonly data?: unknown;
  readonly comment?: string;
}

/** As much of a response as a stream needs. */
export interface Connection {
  write(text: string): boolean;
  end(): void;
  destroy(): void;
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

/** What may wait behind a connection that takes nothing more. */
const BACKLOG_CHARACTERS_MAX = 1024 * 1024;

/** Proxies and browsers close what is silent for half a minute. */
const PULSE_MS = 15_000;

export class EventStream {
  readonly #connection: Connection;
  readonly #clock: Clock;
  #backlog = '';
  #blocked = false;
  #blockedAtPulse = false;
  #ended = false;
  #cancelPulse: () => void = () => undefined;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    connection.on('drain', () => this.#drained());
    connection.on('close', () => this.#stop());
  }

  /** Sends a sign of life now and then: `pulse` says what. */
  beat(pulse: () => ServerEvent): void {
    this.#cancelPulse = this.#clock.after(PULSE_MS, () => {
      if (this.#blocked && this.#blockedAtPulse) return this.#cutOff();
      this.#blockedAtPulse = this.#blocked;
      this.send(pulse());
      if (!this.#ended) this.beat(pulse);
    });
  }

  send(event: ServerEvent): void {
    if (this.#ended) return;
    const text = formatEvent(event);
    if (!this.#blocked) this.#blocked = !this.#connection.write(text);
    else if (this.#backlog.length + text.length > BACKLOG_CHARACTERS_MAX) this.#cutOff();
    else this.#backlog += text;
  }

  end(): void {
    if (this.#ended) return;
    if (this.#backlog !== '') this.#connection.write(this.#backlog);
    this.#stop();
    this.#connection.end();
  }

  #drained(): void {
    this.#blocked = false;
    const waiting = this.#backlog;
    this.#backlog = '';
    if (waiting !== '' && !this.#ended) this.#blocked = !this.#connection.write(waiting);
  }

  #cutOff(): void {
    this.#stop();
    this.#connection.destroy();
  }

  #stop(): void {
    this.#ended = true;
    this.#backlog = '';
    this.#cancelPulse();
  }
}

/** The law: what a reader of event streams makes of it is the event again. No field may hold a line end; JSON never does. */
export function formatEvent({ event, id, data, comment }: ServerEvent): string {
  const lines = [
    ...(comment === undefined ? [] : [`: ${comment}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}
