/** Arrays of numbers that grow by doubling: what was there stays, and the rest is filled. */

/** Room for so many, at least; a power of two, so that a table which grows one by one copies each entry twice at most. */
export function roomFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(count, 16)));
}

export function grownInts(before: Int32Array, capacity: number, fill: number): Int32Array {
  const after = new Int32Array(capacity).fill(fill, before.length);
  after.set(before);
  return after;
}
