/** Numbers out of texts, the same in every program: who hashes the same key finds the same instance. 32 bits, evenly spread; not for secrets. */

/** FNV-1a over the code units, from a start of one's own, and mixed. */
export function hashOf(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** Every bit of the answer depends on every bit of the number: the finisher of MurmurHash3. */
export function mixed(number: number): number {
  let hash = number ^ (number >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
