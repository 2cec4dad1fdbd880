/** Searching as one types: all words have to stand somewhere, in whatever order and case. */
import type { Instance, Machine } from './shapes.js';

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
  return [id, `${host}:${port ?? ''}`, ...tags, zone, region, version, machine, ...named(metadata)].join('\n').toLowerCase();
}

export function machineTextOf({ name, addresses, metadata }: Machine): string {
  return [name, ...Object.values(addresses), ...named(metadata)].join('\n').toLowerCase();
}

function named(metadata: Instance['metadata']): readonly string[] {
  return Object.entries(metadata).map(([name, value]) => `${name}=${value}`);
}
