/**
 * The life of one registration, as data: what the program wants, what the registry was told of it, and which call is next.
 * Everything else follows: whatever was lost, by a lapse or by a registry that forgot, is said again because it differs.
 */
import type { Random } from '../ports.js';
import type { Health, Instance, InstancePatch, ModeChange, Registration } from '../shapes.js';
import { retryMs, untilBeatMs } from './pace.js';
import { ttlMs } from './ttl.js';

/** How the instance is, in its own words. */
interface Word {
  readonly status: Health;
  readonly output?: string;
}

/** What the program wants. Each part is replaced as a whole, so that "told" means: the very same. */
export interface Wish {
  readonly registration: Registration;
  readonly word: Word;
  readonly mode: ModeChange;
}

export interface Life {
  readonly wish: Wish;
  /** What the registry has taken; `null`: nothing, or it may have forgotten. */
  readonly told: { readonly [Part in keyof Wish]: Wish[Part] | null };
  /** As the registry answered the last registration; `null`: it does not know us. */
  readonly instance: Instance | null;
  /** When it last heard us, by the clock before the call was sent. */
  readonly heardMs: number;
  /** When the next call is due. */
  readonly dueMs: number;
  /** In a row. */
  readonly failures: number;
  /** How often the registry said that it does not know us, without having heard a beat in between. */
  readonly forgotten: number;
}

export type Call = 'register' | 'mode' | 'word' | 'beat';

const well: Word = { status: 'passing' };
const wanted: ModeChange = { mode: 'in' };

export function bornLife(registration: Registration, nowMs: number): Life {
  const wish: Wish = { registration, word: bornWord(registration), mode: wanted };
  return { wish, told: nothing, instance: null, heardMs: nowMs, dueMs: nowMs, failures: 0, forgotten: 0 };
}

function bornWord({ status }: Registration): Word {
  return status === undefined ? well : { status };
}

const nothing = { registration: null, word: null, mode: null } as const;

/** What has to be said next; a plain beat if all is said. */
export function nextCall({ wish, told, instance }: Life): Call {
  if (instance === null || told.registration !== wish.registration) return 'register';
  if (told.word !== wish.word) return 'word';
  return told.mode === wish.mode ? 'beat' : 'mode';
}

/** The program wants something else; it is said at once. */
export function wishing(life: Life, wish: Partial<Wish>, nowMs: number): Life {
  return { ...life, wish: { ...life.wish, ...wish }, dueMs: Math.min(life.dueMs, nowMs) };
}

/** What goes over the wire: the registration, and how the instance is by now. */
export function registrationToSend({ registration, word }: Wish): Registration {
  return word.status === (registration.status ?? 'passing') ? registration : { ...registration, status: word.status };
}

/** The registration with what is changed of it; `null` takes away. So it is what the instance says of itself, and an operator's word still counts above it. */
export function patched(registration: Registration, { metadata, weight, tags }: InstancePatch): Registration {
  const entries = metadata && Object.entries({ ...registration.metadata, ...metadata });
  const kept = entries?.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { metadata: oldMetadata, weight: oldWeight, tags: oldTags, ...rest } = registration;
  return {
    ...rest,
    ...part('metadata', metadata === undefined ? oldMetadata : kept && Object.fromEntries(kept)),
    ...part('weight', weight === undefined ? oldWeight : weight),
    ...part('tags', tags === undefined ? oldTags : tags),
  };
}

function part<Name extends string, Value>(name: Name, value: Value | null | undefined): { readonly [Key in Name]?: Value } {
  return value === null || value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value });
}

/** Before a call: whoever was silent for a whole ttl has lapsed, and a lapse ends what was said of one's health. */
export function beforeCall(life: Life, nowMs: number): Life {
  if (life.instance === null || life.told.word === null || life.wish.word.status === 'passing') return life;
  const ttl = ttlMs(life.instance.ttl);
  return ttl === null || nowMs - life.heardMs < ttl ? life : { ...life, told: { ...life.told, word: null } };
}

/** The registry has taken it. `sent` is what was wanted when the call began, which may have changed since. */
export function registered(life: Life, sent: Wish, instance: Instance, sentMs: number): Life {
  // `in` is what a registration means; whoever wants it otherwise from outside is not contradicted.
  const modeIsThere = sent.mode.mode === 'in' || instance.mode === sent.mode.mode;
  const told = { registration: sent.registration, word: sent.word, mode: modeIsThere ? sent.mode : null };
  return { ...life, told, instance, heardMs: sentMs, failures: 0 };
}

interface Heard {
  readonly sentMs: number;
  readonly instance: Instance | undefined;
}

/** `instance`: how it stands by now, where the answer says so. */
export function heard(life: Life, call: Exclude<Call, 'register'>, sent: Wish, { sentMs, instance }: Heard): Life {
  const said = call === 'beat' ? {} : { [call]: sent[call] };
  return {
    ...life,
    instance: instance ?? life.instance,
    told: { ...life.told, ...said },
    heardMs: call === 'mode' ? life.heardMs : sentMs,
    failures: 0,
    forgotten: 0,
  };
}

/** `404`: it has to register again, at once; again and again, after a while. */
export function forgotten(life: Life, error: Error, nowMs: number, random: Random): Life {
  const waitMs = life.forgotten === 0 ? 0 : retryMs(life.forgotten, error, termOf(life), random);
  return { ...life, told: nothing, instance: null, forgotten: life.forgotten + 1, dueMs: nowMs + waitMs };
}

export function failed(life: Life, nowMs: number, waitMs: number): Life {
  return { ...life, failures: life.failures + 1, dueMs: nowMs + waitMs };
}

/** The registry will not have it, now or later: what was there before stays, and the program hears of it. `null`: there is nothing before. */
export function givenUp(life: Life, call: Call): Life | null {
  const { wish, told } = life;
  // Not only not said again: a word that is refused would be refused with the next registration, too.
  if (call === 'word') return agreed(life, { word: told.word ?? bornWord(wish.registration) });
  if (call === 'mode') return agreed(life, { mode: told.mode ?? wanted });
  if (call === 'beat' || life.instance === null || told.registration === null) return null;
  return { ...life, wish: { ...wish, registration: told.registration } };
}

function agreed(life: Life, part: Partial<Pick<Wish, 'word' | 'mode'>>): Life {
  return { ...life, wish: { ...life.wish, ...part }, told: { ...life.told, ...part } };
}

/** Of the instance, as it was answered, or as it was asked for. */
export function termOf({ instance, wish }: Life): number | null {
  return ttlMs((instance ?? wish.registration).ttl);
}

export function untilNext(life: Life, random: Random): number {
  return untilBeatMs(termOf(life), random);
}

/** With the next beat, or at once if there is more to be said. */
export function paced(life: Life, sentMs: number, untilNextMs: number): Life {
  return { ...life, dueMs: nextCall(life) === 'beat' ? sentMs + untilNextMs : sentMs };
}
