/** What an event is for, as regular expressions: read once, and remembered while they are in use. */
import { compilePattern, type Pattern } from '../pattern/pattern.js';

/** All events that are kept, each with three of them. */
const PATTERNS_MAX = 768;

const known = new Map<string, Pattern>();

/** Throws with a sentence what is no expression. */
export function matcher(filter: string): (text: string) => boolean {
  let pattern = known.get(filter);
  if (pattern === undefined) {
    pattern = compilePattern(filter);
    if (known.size >= PATTERNS_MAX) known.clear();
    known.set(filter, pattern);
  }
  const { test } = pattern;
  return test;
}
