/** Searching as one types: all words have to stand somewhere, in whatever order and case. */
import type { Instance } from './shapes.js';

export function wordsOf(search: string): readonly string[] {
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** `text` in lower case. */
export function contains(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/** All that an instance could be looked for by: `team=money` finds metadata. */
export function textOf({ id, host = '', port, tags, metadata, zone = '', region = '', version = '', machine = '' }: Instance): string {
  const named = Object.entries(metadata).map(([name, value]) => `${name}=${value}`);
  return [id, `${host}:${port ?? ''}`, ...tags, zone, region, version, machine, ...named].join('\n').toLowerCase();
}
