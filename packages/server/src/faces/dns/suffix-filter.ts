/**
 * Whether some name ends so, behind a dot: a counting filter over what ids, services and machines end in. A name above others
 * exists, even if nothing is at it (RFC 8020). The filter may take a name for one that is there, which is a "nothing here" in
 * place of a "no such name"; never the other way round.
 */

/** Places, each of two bytes: with a million ids of three dots, nine in ten names that are not there are known not to be. */
const PLACES = 2 ** 23;

/** Who has this many is never forgotten again. */
const COUNT_MAX = 0xffff;

export class SuffixFilter {
  /** Made when the first name has a dot: many have none. */
  #counts: Uint16Array | null = null;

  /** `kind` says what sort of name it is, and whose. */
  take(kind: string, name: string, by: 1 | -1): void {
    if (!name.includes('.')) return;
    this.#counts ??= new Uint16Array(PLACES);
    // From the end, so that one pass says what every end of it is.
    let hash = hashOf(kind);
    for (let at = name.length - 1; at >= 0; at--) {
      const code = name.charCodeAt(at);
      if (code === DOT) this.#count(hash, by);
      hash = Math.imul(hash ^ code, FNV_PRIME);
    }
  }

  has(kind: string, name: string): boolean {
    if (this.#counts === null) return false;
    let hash = hashOf(kind);
    for (let at = name.length - 1; at >= 0; at--) hash = Math.imul(hash ^ name.charCodeAt(at), FNV_PRIME);
    return (this.#counts[placeOf(hash)] as number) > 0;
  }

  #count(hash: number, by: 1 | -1): void {
    const counts = this.#counts as Uint16Array;
    const place = placeOf(hash);
    const now = counts[place] as number;
    if (now < COUNT_MAX && now + by >= 0) counts[place] = now + by;
  }
}

const DOT = 0x2e;

/** FNV-1a, over units of text. */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function hashOf(text: string): number {
  let hash = FNV_BASIS;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
}

function placeOf(hash: number): number {
  return ((hash ^ (hash >>> 15)) >>> 0) % PLACES;
}
