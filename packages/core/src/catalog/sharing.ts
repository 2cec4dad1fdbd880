/**
 * Equal values kept once. The instances of a service are told apart by their ids and addresses; their zones, versions,
 * tags, checks and mostly their metadata are the same text over and over, which a million copies would pay for.
 * Forgetting one costs memory and nothing else, so what it remembers is bounded.
 */
import type { Check, Origin } from './registration.js';

/** Of each kind. Enough for every zone, version and set of tags of a large fleet; a few megabytes if all differ. */
const KEPT_MAX = 16_384;

type Texts = Readonly<Record<string, string>>;
type Numbers = Readonly<Record<string, number>>;

const noTexts: Texts = Object.freeze({});
const noNumbers: Numbers = Object.freeze({});
const noTags: readonly string[] = Object.freeze([]);
const noChecks: readonly Check[] = Object.freeze([]);

export class Sharing {
  readonly #texts = new Map<string, string>();
  readonly #tables = new Map<string, Texts>();
  readonly #ports = new Map<string, Numbers>();
  readonly #tags = new Map<string, readonly string[]>();
  readonly #checks = new Map<string, readonly Check[]>();
  readonly #origins = new Map<string, Origin>();

  text<Text extends string | null>(text: Text): Text {
    return text === null ? text : (kept(this.#texts, text, text) as Text);
  }

  table(table: Texts): Texts {
    let key = '';
    // Lengths stand between them, so that no two tables have the same key.
    for (const name in table) key += `${name.length}:${name}${(table[name] ?? '').length}:${table[name] ?? ''}`;
    return key === '' ? noTexts : kept(this.#tables, key, table);
  }

  ports(ports: Numbers): Numbers {
    let key = '';
    for (const name in ports) key += `${name.length}:${name}${ports[name] ?? 0}`;
    return key === '' ? noNumbers : kept(this.#ports, key, ports);
  }

  tags(tags: readonly string[]): readonly string[] {
    if (tags.length === 0) return noTags;
    let key = '';
    for (const tag of tags) key += `${tag.length}:${tag}`;
    return kept(this.#tags, key, tags);
  }

  checks(checks: readonly Check[]): readonly Check[] {
    if (checks.length === 0) return noChecks;
    let key = '';
    for (const { id, type, ttlMs, born } of checks) key += `${id.length}:${id}${type}${ttlMs}${born}`;
    return kept(this.#checks, key, checks);
  }

  origin(origin: Origin): Origin {
    return kept(this.#origins, origin.face, origin);
  }
}

function kept<Value>(values: Map<string, Value>, key: string, value: Value): Value {
  const found = values.get(key);
  if (found !== undefined) return found;
  if (values.size >= KEPT_MAX) values.clear();
  values.set(key, value);
  return value;
}
