/** Much work, a few at a time. */

/** What is asked at once, of either. */
const CALLS_MAX = 8;

export async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const run = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CALLS_MAX, queue.length) }, run));
}
