/**
 * Everybody who watches the same: what happens is selected, rendered and framed once for all of them. Changes are
 * gathered until they are told, so that a burst is one event.
 */
import { selectChange, type Caller, type CatalogView, type InstanceChange, type ServiceChange, type ServiceName } from '@rollcall/core';
import { Audience, type FanOut, type Receiver } from '../../shared/fan-out.js';
import type { Frame } from '../../shared/frame.js';
import { eventFrame } from '../../shared/server-event.js';
import type { Answers } from './answers.js';
import { formatCursor, parseCursor } from './cursor.js';
import type { Fragments } from './fragments.js';
import { renderChange } from './render.js';
import { snapshotOf, type Snapshot } from './snapshot.js';
import type { WatchQuestion } from './watch-question.js';

export type ChannelEvent =
  | { readonly kind: 'change' | 'pulse' | 'word'; readonly frame: Frame }
  /** What was told before is worth nothing. */
  | { readonly kind: 'reset' };

/** Who is told. */
export interface Member extends Receiver<ChannelEvent> {
  /** Nothing more will be told: say so, and leave. */
  end(): void;
}

export interface ChannelOptions {
  readonly view: CatalogView;
  readonly answers: Answers;
  readonly fragments: Fragments;
  readonly fanOut: FanOut<ChannelEvent>;
  readonly caller: Caller;
}

/** How somebody begins: with everything, with what was missed (or nothing, if that is nothing), or anew because that is forgotten. */
export type Beginning = { readonly from: 'snapshot' | 'resync' } | { readonly from: 'cursor'; readonly missed: Frame | null };

interface Gathered {
  readonly namespace: ServiceChange['namespace'];
  readonly service: ServiceName;
  readonly panicBefore: boolean;
  panicAfter: boolean;
  readonly changes: Map<string, InstanceChange>;
}

export class Channel {
  readonly key: string;
  readonly question: WatchQuestion;
  readonly audience: Audience<Member, ChannelEvent>;
  readonly #options: ChannelOptions;
  #gathered = new Map<string, Gathered>();
  /** Many come back at once, from the same place. */
  #missed = new Map<string, Beginning>();
  #snapshot: Snapshot | null = null;

  /** Of its question and of what its members may see. */
  constructor(key: string, question: WatchQuestion, options: ChannelOptions) {
    this.key = key;
    this.question = question;
    this.#options = options;
    this.audience = new Audience(options.fanOut);
  }

  isFor({ namespace, service }: ServiceChange): boolean {
    return this.#options.caller.may.read.covers(namespace, service);
  }

  gather(change: ServiceChange): void {
    gatherInto(this.#gathered, change);
  }

  /** Tells what was gathered. Afterwards everybody has, or is about to get, all that the view shows. */
  flush(): void {
    if (this.#gathered.size === 0) return;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    this.#forget();
    const frame = this.#changeFrame(gathered);
    if (frame !== null) this.audience.send({ kind: 'change', frame });
  }

  reset(): void {
    this.#gathered.clear();
    this.#forget();
    this.audience.send({ kind: 'reset' });
  }

  /** A sign of life that moves everybody's place on, so that who comes back after a quiet day has missed nothing. */
  pulse(comment: string): void {
    this.flush();
    this.audience.send({ kind: 'pulse', frame: eventFrame({ comment, id: this.cursor }) });
  }

  /** Something beside the changes: it moves nobody's place. */
  say(frame: Frame): void {
    this.audience.send({ kind: 'word', frame });
  }

  /** Of all that the view shows. Only after a flush is it everybody's place. */
  get cursor(): string {
    return formatCursor(this.#options.view);
  }

  /** The same for all who ask before the next change. */
  get snapshot(): Snapshot {
    this.#snapshot ??= snapshotOf(this.question, this.#options);
    return this.#snapshot;
  }

  /** For whoever joins now. */
  begin(since: string | null): Beginning {
    this.flush();
    if (since === null) return { from: 'snapshot' };
    const known = this.#missed.get(since);
    if (known !== undefined) return known;
    const beginning = this.#beginSince(since);
    if (beginning.from === 'cursor' && beginning.missed !== null) this.#missed.set(since, beginning);
    return beginning;
  }

  #beginSince(since: string): Beginning {
    const { view, answers, caller } = this.#options;
    const { interest, only } = this.question;
    const about = { namespace: interest.namespace, service: only };
    if (answers.isUnchangedSince(since, about, caller)) return { from: 'cursor', missed: null };
    const cursor = parseCursor(since);
    const batches = cursor?.epoch === view.epoch ? view.changesAfter(cursor.revision, caller, interest) : null;
    if (batches === null) return { from: 'resync' };
    const gathered = new Map<string, Gathered>();
    for (const { services } of batches) for (const change of services) gatherInto(gathered, change);
    return { from: 'cursor', missed: this.#changeFrame(gathered) };
  }

  /** `null` if nobody here sees anything of it. */
  #changeFrame(gathered: ReadonlyMap<string, Gathered>): Frame | null {
    const { view, fragments, caller } = this.#options;
    const seen = [...gathered.values()].map((one) => selectChange(view, asServiceChange(one), this.question.query, caller));
    if (seen.every(({ upserts, removes }) => upserts.length + removes.length === 0)) return null;
    const { revision } = view;
    const upserts = seen.map(({ upserts, panic }) => ({ instances: upserts, panic }));
    const removes = seen.flatMap((one) => one.removes);
    return eventFrame({ event: 'change', id: this.cursor, data: renderChange({ revision, upserts, removes }, fragments) });
  }

  #forget(): void {
    this.#missed.clear();
    this.#snapshot = null;
  }
}

/** The first state before and the last one after; what came and went again in between is nothing. */
function gatherInto(gathered: Map<string, Gathered>, { namespace, service, panic, changes }: ServiceChange): void {
  const key = `${namespace}/${service}`;
  const found: Gathered = gathered.get(key) ?? {
    namespace,
    service,
    panicBefore: panic.before,
    panicAfter: panic.after,
    changes: new Map(),
  };
  found.panicAfter = panic.after;
  gathered.set(key, found);
  for (const change of changes) {
    const { ref, current } = change;
    const previous = (found.changes.get(ref.id) ?? change).previous;
    if (previous === null && current === null) found.changes.delete(ref.id);
    else found.changes.set(ref.id, { ref, previous, current });
  }
}

function asServiceChange({ namespace, service, panicBefore, panicAfter, changes }: Gathered): ServiceChange {
  return { namespace, service, panic: { before: panicBefore, after: panicAfter }, changes: [...changes.values()] };
}
