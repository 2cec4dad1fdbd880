/** The query of a call as Consul reads it: bare names are flags, and what is no number or no duration is said so. */
import type { HttpRequest } from '../../shared/http-face.js';
import { parseGoDuration } from './go-duration.js';
import { ConsulRefusal } from './refusal.js';

export class ConsulQuery {
  readonly #query: HttpRequest['query'];

  constructor(query: HttpRequest['query']) {
    this.#query = query;
  }

  /** It stands there, whatever its value: `stale`, `recurse`, `pretty` and their like are read so. */
  has(name: string): boolean {
    return Object.hasOwn(this.#query, name);
  }

  /** The first of that name; empty where there is none, as for Consul it is the same. */
  text(name: string): string {
    return this.all(name)[0] ?? '';
  }

  all(name: string): readonly string[] {
    const value = this.has(name) ? this.#query[name] : undefined;
    if (value === undefined) return [];
    return typeof value === 'string' ? [value] : value;
  }

  /** Bare is true, and otherwise as Go reads truths; `undefined` where it is not there. Throws what Consul answers. */
  truth(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const text = this.text(name);
    if (text === '' || TRUE.has(text)) return true;
    if (FALSE.has(text)) return false;
    throw new ConsulRefusal(400, `Invalid value for ?${name}`);
  }

  /** In milliseconds; `undefined` where it is not there, or empty. Throws with this text. */
  duration(name: string, refusal: string): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const ms = parseGoDuration(text);
    if (ms === undefined) throw new ConsulRefusal(400, refusal);
    return ms;
  }

  /** The same, where empty is none: a condition that was left open must not be taken for none at all. */
  demandedWhole(name: string, refusal: string): bigint | undefined {
    if (this.has(name) && this.text(name) === '') throw new ConsulRefusal(400, refusal);
    return this.whole(name, refusal);
  }

  /** A whole number that is not negative, exact to the last of its 64 bits; `undefined` where it is not there, or empty. */
  whole(name: string, refusal: string): bigint | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    if (!/^\d{1,20}$/.test(text) || BigInt(text) > UINT64_MAX) throw new ConsulRefusal(400, refusal);
    return BigInt(text);
  }
}

const UINT64_MAX: bigint = 2n ** 64n - 1n;

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
