/** Lists that are asked for again and again, and mostly say the same. */

/** What says the same as before is the same object, so that its row stays. */
export function sameWhereEqual<Item extends object>(
  before: readonly Item[],
  now: readonly Item[],
  keyOf: (item: Item) => string,
): readonly Item[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  return now.map((item) => {
    const same = known.get(keyOf(item));
    return same !== undefined && JSON.stringify(same) === JSON.stringify(item) ? same : item;
  });
}
