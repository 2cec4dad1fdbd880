/** The watches of one side: what each of them was told, in order. */
import { etcd } from '@rollcall/wire';
import { shownEvent } from './shown.js';
import { calls, type Refusal, type Stream, type Subject } from './subject.js';

/** Per watch of a stream; -1 for what belongs to none. */
export type Told = ReadonlyMap<number, readonly string[]>;

export class WatchStreams {
  readonly #subject: Subject;
  readonly #compactedTo: () => number;
  readonly #streams: Stream<etcd.WatchRequest>[] = [];
  #told: Map<number, string[]>[] = [];
  /** Answers to what was asked: that a watch was made, or is cancelled because somebody wished it. */
  answers = 0;
  events = 0;

  /** `compactedTo`: where the log was compacted to, as far as is known. */
  constructor(subject: Subject, count: number, compactedTo: () => number) {
    this.#subject = subject;
    this.#compactedTo = compactedTo;
    for (let at = 0; at < count; at++) this.reopen(at);
  }

  get told(): readonly Told[] {
    return this.#told;
  }

  forget(): void {
    for (const watches of this.#told) watches.clear();
  }

  send(stream: number, request: Partial<etcd.WatchRequest>): void {
    this.#streams[stream]?.send({ ...etcd.watchRequest.empty, ...request });
  }

  reopen(at: number): void {
    this.#streams[at]?.end();
    const told = new Map<number, string[]>();
    this.#told[at] = told;
    const failed = ({ status, message }: Refusal): void => tell(told, -1, `failed ${status}: ${message}`);
    this.#streams[at] = this.#subject.open(calls.watch, (response) => this.#hear(told, response), failed);
  }

  close(): void {
    for (const stream of this.#streams) stream.end();
  }

  #hear(told: Map<number, string[]>, response: etcd.WatchResponse): void {
    const { header, watchId, created, canceled, compactRevision, cancelReason, events } = response;
    if (created || canceled || compactRevision !== 0 || events.length === 0) {
      tell(told, watchId, JSON.stringify({ revision: header.revision, created, canceled, compactRevision, cancelReason }));
    }
    if (created || (canceled && compactRevision === 0)) this.answers++;
    this.events += events.length;
    for (const event of events) {
      const line = shownEvent(event, this.#compactedTo());
      if (line !== null) tell(told, watchId, line);
    }
  }
}

function tell(told: Map<number, string[]>, watch: number, line: string): void {
  const lines = told.get(watch);
  if (lines === undefined) told.set(watch, [line]);
  else lines.push(line);
}
