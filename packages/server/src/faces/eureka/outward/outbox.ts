/**
 * What one server is still to be told: for each instance at most one note, which newer news are added to, so that a link that is
 * cut for long costs no more than one that is cut for a moment. What is told is put into words when it is sent (see wording.ts), from
 * what the catalog says then. Pure, but for the clock that is passed in.
 */
import { ServiceName, type InstanceRef } from '@rollcall/core';

/** What there is to tell of one instance. */
export interface News {
  /** Everything of it. */
  readonly register: boolean;
  /** What was said of it from outside. */
  readonly override: boolean;
  /** That it is here. */
  readonly beat: boolean;
  /** That it left. */
  readonly cancel: boolean;
}

export const noNews: News = { register: false, override: false, beat: false, cancel: false };

/** One instance's, taken out to be sent. */
export interface Letter {
  readonly ref: InstanceRef;
  readonly news: News;
  readonly note: Note;
}

/** How an instance stands towards one server. */
export interface Note {
  readonly key: string;
  readonly ref: InstanceRef;
  news: News;
  /** It is vouched for again in this second, by the monotonic clock; `null` for one that is not ours to vouch for. */
  beatAtS: number | null;
  /** On its way: nothing else of it is sent meanwhile. */
  isSent: boolean;
  /** How often it was refused in a row. */
  refusals: number;
  /** A goodbye that comes too late may hit somebody's return. */
  cancelUntilMs: number;
}

/** As long as a real server tries. Then it goes by its lease, which nobody renews. */
export const CANCEL_MS_MAX = 30_000;

/** Whoever is refused so often in a row is left alone until there is something new of it. */
const REFUSALS_MAX = 5;

/** Goodbyes that wait for a server that does not answer; more than those go by their leases. */
const CANCELS_MAX = 10_000;

const SECOND_MS = 1000;

export class Outbox {
  readonly #nowMs: () => number;
  readonly #notes = new Map<string, Note>();
  /** With something to tell, and not on its way; in the order in which that came up. */
  readonly #waiting = new Map<string, Note>();
  /** Who is to be vouched for in which second. */
  readonly #wheel = new Map<number, Set<Note>>();
  #turnedToS: number;
  #cancels = 0;
  #dropped = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#turnedToS = this.#second(nowMs());
  }

  /** How many instances there is something to tell of. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many there are notes of. */
  get size(): number {
    return this.#notes.size;
  }

  /** News that were given up since it was asked last: they became too old, too many, or were refused again and again. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** There is something of it that the server does not know yet: what the server says of it is old. */
  isUntold(ref: InstanceRef): boolean {
    const note = this.#notes.get(keyOf(ref));
    return note !== undefined && (note.isSent || isNews(note.news));
  }

  /** There is something new of one that is here. A goodbye that was not told is none any more. */
  note(ref: InstanceRef, news: Partial<News>): void {
    const note = this.#noteOf(ref);
    if (note.news.cancel) this.#cancels--;
    note.news = { ...note.news, cancel: false, ...onlyTrue(news) };
    note.refusals = 0;
    this.#wait(note);
  }

  /** It left: nothing else of it matters. */
  cancel(ref: InstanceRef): void {
    if (this.#cancels >= CANCELS_MAX) {
      this.forget(ref);
      this.#dropped++;
      return;
    }
    const note = this.#noteOf(ref);
    this.#unplan(note);
    if (!note.news.cancel) this.#cancels++;
    note.news = { ...noNews, cancel: true };
    note.refusals = 0;
    note.cancelUntilMs = this.#nowMs() + CANCEL_MS_MAX;
    this.#wait(note);
  }

  /** Another server tells of it from now on, or nobody. */
  forget(ref: InstanceRef): void {
    const note = this.#notes.get(keyOf(ref));
    if (note !== undefined) this.#drop(note);
  }

  clear(): void {
    this.#notes.clear();
    this.#waiting.clear();
    this.#wheel.clear();
    this.#cancels = 0;
  }

  /** Everybody who is vouched for, anew and whole: nobody knows any more what that server has. */
  everythingAgain(): void {
    for (const note of this.#notes.values()) if (note.beatAtS !== null) this.note(note.ref, { register: true });
  }

  /** Takes out what is due: of those who waited longest, at most so many. */
  take(countMax: number): Letter[] {
    this.#turn();
    const letters: Letter[] = [];
    const nowMs = this.#nowMs();
    for (const note of this.#waiting.values()) {
      if (letters.length >= countMax) break;
      this.#waiting.delete(note.key);
      if (note.news.cancel && nowMs >= note.cancelUntilMs) {
        this.#dropped++;
        this.#drop(note);
        continue;
      }
      letters.push({ ref: note.ref, news: note.news, note });
      if (note.news.cancel) this.#cancels--;
      note.news = noNews;
      note.isSent = true;
    }
    return letters;
  }

  /** It was told. `beatMs`: when it is to be vouched for again; `null` for nothing more. */
  told({ note }: Letter, beatMs: number | null): void {
    note.refusals = 0;
    this.#back(note, beatMs);
  }

  /** That server does not know what it should: it is told so next. */
  toldAnd({ note, ref }: Letter, news: Partial<News>, beatMs: number | null): void {
    this.#back(note, beatMs);
    if (this.#notes.get(note.key) === note) this.note(ref, news);
  }

  /** It did not arrive: it waits again, with whatever came up since. */
  untold({ note, news }: Letter): void {
    note.isSent = false;
    if (this.#notes.get(note.key) !== note) return;
    // Who left meanwhile, or came back, is what counts.
    if (news.cancel) {
      if (!isNews(note.news)) {
        note.news = news;
        this.#cancels++;
      }
    } else if (!note.news.cancel) note.news = { ...note.news, ...onlyTrue(news) };
    this.#wait(note);
  }

  /** That server would not have it: once more, but not for ever. */
  refused(letter: Letter, beatMs: number | null): void {
    const { note } = letter;
    if (++note.refusals < REFUSALS_MAX) {
      this.untold(letter);
      return;
    }
    this.#dropped++;
    this.#back(note, beatMs);
  }

  #noteOf(ref: InstanceRef): Note {
    const key = keyOf(ref);
    const known = this.#notes.get(key);
    if (known !== undefined) return known;
    const note: Note = { key, ref, news: noNews, beatAtS: null, isSent: false, refusals: 0, cancelUntilMs: 0 };
    this.#notes.set(key, note);
    return note;
  }

  #wait(note: Note): void {
    if (!note.isSent && isNews(note.news)) this.#waiting.set(note.key, note);
  }

  #back(note: Note, beatMs: number | null): void {
    note.isSent = false;
    if (this.#notes.get(note.key) !== note) return;
    this.#unplan(note);
    if (note.news.cancel) this.#wait(note);
    else if (beatMs === null) {
      if (isNews(note.news)) this.#wait(note);
      else this.#drop(note);
    } else {
      this.#plan(note, beatMs);
      this.#wait(note);
    }
  }

  #drop(note: Note): void {
    this.#unplan(note);
    if (note.news.cancel) this.#cancels--;
    this.#notes.delete(note.key);
    this.#waiting.delete(note.key);
  }

  #plan(note: Note, beatMs: number): void {
    // Earlier rather than later: what is due in a second is told within it.
    const atS = Math.max(this.#turnedToS + 1, this.#second(this.#nowMs() + beatMs));
    note.beatAtS = atS;
    const slot = this.#wheel.get(atS) ?? new Set();
    slot.add(note);
    this.#wheel.set(atS, slot);
  }

  #unplan(note: Note): void {
    if (note.beatAtS === null) return;
    const slot = this.#wheel.get(note.beatAtS);
    slot?.delete(note);
    if (slot?.size === 0) this.#wheel.delete(note.beatAtS);
    note.beatAtS = null;
  }

  /** Those whose second has come are to be vouched for. */
  #turn(): void {
    const nowS = this.#second(this.#nowMs());
    // After a sleep there may be more seconds than slots.
    const due = nowS - this.#turnedToS > this.#wheel.size ? [...this.#wheel.keys()].filter((second) => second <= nowS) : null;
    for (const second of due ?? secondsBetween(this.#turnedToS, nowS)) {
      for (const note of this.#wheel.get(second) ?? []) {
        note.news = { ...note.news, beat: true };
        this.#wait(note);
      }
      this.#wheel.delete(second);
    }
    this.#turnedToS = nowS;
  }

  #second(ms: number): number {
    return Math.floor(ms / SECOND_MS);
  }
}

/** The same for every spelling. */
export function keyOf({ service, id }: Pick<InstanceRef, 'service' | 'id'>): string {
  return `${ServiceName.fold(service)}/${id}`;
}

function isNews({ register, override, beat, cancel }: News): boolean {
  return register || override || beat || cancel;
}

function onlyTrue(news: Partial<News>): Partial<News> {
  return Object.fromEntries(Object.entries(news).filter(([, is]) => is));
}

function* secondsBetween(from: number, to: number): Iterable<number> {
  for (let second = from + 1; second <= to; second++) yield second;
}
