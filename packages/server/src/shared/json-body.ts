/** JSON from anybody: its depth is bounded before it is parsed, and what is wrong is said as everything else is. */
import { RollcallError } from '@rollcall/core';

/** Deeper than anything that is asked for; shallow enough for every recursive reader of it. */
const DEPTH_MAX = 16;

/** Throws `invalid-request`. */
export function parseJsonBody(text: string): unknown {
  const depth = hasFewBrackets(text) ? 0 : depthOf(text);
  if (depth > DEPTH_MAX) throw invalid(`nested ${depth} deep`, `JSON nested at most ${DEPTH_MAX} deep`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(text === '' ? 'empty' : 'no JSON', 'a JSON object', error);
  }
}

const [QUOTE, BACKSLASH, SQUARE, SQUARE_END, CURLY, CURLY_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d] as const;

/** Not even all of them, one in the other, would be too deep: so it is with nearly every body that is not a list. */
function hasFewBrackets(text: string): boolean {
  let left = DEPTH_MAX;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (--left < 0) return false;
  return true;
}

/** The deepest nesting of brackets outside of strings. For broken JSON it is a number like any other. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case SQUARE:
      case CURLY:
        if (++depth > deepest) deepest = depth;
        break;
      case SQUARE_END:
      case CURLY_END:
        depth--;
        break;
    }
  }
  return deepest;
}

/** Where the string ends that begins at `from`. Most of a body is strings, and nearly all of them end at the next quote. */
function endOfString(text: string, from: number): number {
  const next = text.indexOf('"', from + 1);
  if (next < 0) return text.length;
  if (text.charCodeAt(next - 1) !== BACKSLASH) return next;
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

function invalid(came: string, allowed: string, cause?: unknown): RollcallError {
  return new RollcallError(
    'invalid-request',
    `body is ${came}; allowed is ${allowed}.`,
    { problems: [{ field: 'body', came, allowed }] },
    { cause },
  );
}
