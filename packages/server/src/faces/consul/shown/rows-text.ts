/** Rows that are JSON already, as one list. */
import type { Ask } from '../route.js';

export function listText({ query }: Pick<Ask, 'query'>, rows: readonly string[]): string {
  return laidOut({ query }, `[${rows.join(',')}]`);
}

/** JSON that a program reads, or somebody does. */
function laidOut({ query }: Pick<Ask, 'query'>, text: string): string {
  return query.has('pretty') ? `${JSON.stringify(JSON.parse(text), null, 4)}\n` : text;
}
