/**
 * Equal values kept once. The instances of a service are told apart by their ids and addresses; their zones, versions,
 * tags, checks and mostly their metadata are the same over and over, which a million copies would pay for. Neighbours
 * in the log are neighbours here: most values equal the one before. Forgetting one costs memory and nothing else, so
 * what is remembered is bounded.
 */
import type { ReadCheck } from '../records/decode-instance.js';
import type { Check, Origin } from '../catalog/registration.js';
import { SharedNames } from './shared-names.js';

/** Of each kind. Enough for every zone, version and set of tags of a large fleet; a few megabytes if all differ. */
const KEPT_MAX = 16_384;

/** What is longer is rarely said twice but by neighbours; to remember it costs more memory than it saves. */
const KEPT_CHARACTERS_MAX = 256;

/** Where nobody said what another one had said, hardly anybody will: then only some are looked up, so that it is noticed when that ends. */
const NEW_IN_A_ROW_MAX = 1_024;
const LOOKED_UP_OF = 16;

type Table<Value> = Readonly<Record<string, Value>>;

export class Sharing {
  readonly names: SharedNames = new SharedNames();
  readonly #metadata = new Tables<string>();
  readonly #ports = new Tables<number>();
  readonly #tags = new Lists<string, string>(
    (tag, other) => tag === other,
    (tag) => tag,
    (tag) => tag,
  );
  readonly #checks = new Lists<ReadCheck, Check>(
    isSameCheck,
    (check) =>
      `${check.type === 'heartbeat' ? check.ttlMs : JSON.stringify(check.probe)}/${check.type}/${check.born ?? 'passing'}/${check.deregisterAfterMs ?? ''}/${check.id}`,
    checkOf,
  );
  #origin: Origin = { face: '' };

  text<Text extends string | null>(text: Text | undefined): Text | null {
    if (text === undefined || text === null) return null;
    return this.name(text);
  }

  name<Text extends string>(text: Text): Text {
    return this.names.of(text);
  }

  metadata(table: Table<string> | undefined): Table<string> {
    return this.#metadata.share(table);
  }

  ports(table: Table<number> | undefined): Table<number> {
    return this.#ports.share(table);
  }

  tags(list: readonly string[] | undefined): readonly string[] {
    return this.#tags.share(list);
  }

  checks(list: readonly ReadCheck[] | undefined): readonly Check[] {
    return this.#checks.share(list);
  }

  origin(origin: Origin): Origin {
    if (origin.face !== this.#origin.face) this.#origin = { face: this.name(origin.face) };
    return this.#origin;
  }
}

/** In one shape, but for the few that have a term of their own. */
function checkOf(check: ReadCheck): Check {
  const made: Check =
    check.type === 'heartbeat'
      ? { id: check.id, type: check.type, ttlMs: check.ttlMs, born: check.born ?? 'passing' }
      : { id: check.id, type: check.type, probe: check.probe, born: check.born ?? 'passing' };
  return check.deregisterAfterMs === undefined ? made : { ...made, deregisterAfterMs: check.deregisterAfterMs };
}

/** Those that are probed are as many as there are ways to probe: they are compared by what they would be kept under. */
function isSameCheck(check: ReadCheck, other: Check): boolean {
  if (check.type !== 'heartbeat' || other.type !== 'heartbeat') return check === other;
  const isAlike = check.id === other.id && check.ttlMs === other.ttlMs && (check.born ?? 'passing') === other.born;
  return isAlike && check.deregisterAfterMs === other.deregisterAfterMs;
}

class Tables<Value extends string | number> {
  readonly #kept = new Map<string, Table<Value>>();
  readonly #none: Table<Value> = Object.freeze({});
  #latest: Table<Value> = this.#none;
  #latestSize = 0;
  /** How many that were looked up had not been said before. */
  #newInARow = 0;
  #passedBy = 0;

  share(table: Table<Value> | undefined): Table<Value> {
    let size = 0;
    let characters = 0;
    let same = true;
    for (const name in table) {
      const value = table[name];
      size++;
      if (typeof value === 'string') characters += value.length;
      if (same && value !== this.#latest[name]) same = false;
    }
    if (table === undefined || size === 0) return this.#none;
    if (!same || size !== this.#latestSize) {
      this.#latest = characters > KEPT_CHARACTERS_MAX || this.#isInVain() ? table : this.#keep(table);
      this.#latestSize = size;
    }
    return this.#latest;
  }

  #isInVain(): boolean {
    return this.#newInARow > NEW_IN_A_ROW_MAX && ++this.#passedBy % LOOKED_UP_OF !== 0;
  }

  #keep(table: Table<Value>): Table<Value> {
    const found = kept(this.#kept, keyOf(table), table);
    this.#newInARow = found === table ? this.#newInARow + 1 : 0;
    return found;
  }
}

/** Lengths stand between them, so that no two tables have the same key. */
function keyOf(table: Table<string | number>): string {
  let key = '';
  for (const name in table) {
    const value = `${table[name] as string | number}`;
    key += `${name.length}:${name}${value.length}:${value}`;
  }
  return key;
}

class Lists<Read, Item> {
  readonly #kept = new Map<string, readonly Item[]>();
  readonly #none: readonly Item[] = Object.freeze([]);
  readonly #same: (one: Read, other: Item) => boolean;
  readonly #keyOf: (one: Read) => string;
  readonly #made: (one: Read) => Item;
  #latest: readonly Item[] = this.#none;

  constructor(same: (one: Read, other: Item) => boolean, keyOf: (one: Read) => string, made: (one: Read) => Item) {
    this.#same = same;
    this.#keyOf = keyOf;
    this.#made = made;
  }

  share(list: readonly Read[] | undefined): readonly Item[] {
    if (list === undefined || list.length === 0) return this.#none;
    if (!this.#isLatest(list)) {
      const key = list.map((one) => lengthened(this.#keyOf(one))).join('');
      this.#latest = this.#kept.get(key) ?? kept(this.#kept, key, list.map(this.#made));
    }
    return this.#latest;
  }

  #isLatest(list: readonly Read[]): boolean {
    if (list.length !== this.#latest.length) return false;
    for (let at = 0; at < list.length; at++) if (!this.#same(list[at] as Read, this.#latest[at] as Item)) return false;
    return true;
  }
}

function lengthened(text: string): string {
  return `${text.length}:${text}`;
}

function kept<Value>(values: Map<string, Value>, key: string, value: Value): Value {
  const found = values.get(key);
  if (found !== undefined) return found;
  if (values.size >= KEPT_MAX) values.clear();
  values.set(key, value);
  return value;
}
