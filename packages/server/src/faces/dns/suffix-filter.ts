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

  take(kind: string, name: string, by: 1 | -1): void {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      this.#counts ??= new Uint16Array(PLACES);
      const place = placeOf(kind, name, dot + 1);
      const now = this.#counts[place] as number;
      if (now < COUNT_MAX && now + by >= 0) this.#counts[place] = now + by;
    }
  }

  has(kind: string, name: string): boolean {
    return this.#counts !== null && (this.#counts[placeOf(kind, name, 0)] as number) > 0;
  }
}

/** FNV-1a over the kind and the name's end. */
function placeOf(kind: string, name: string, from: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < kind.length; at++) hash = Math.imul(hash ^ kind.charCodeAt(at), 0x01000193);
  for (let at = from; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % PLACES;
}
