/** JSON from anybody: its depth is bounded before it is parsed, and what is wrong is said as everything else is. */
import { RollcallError } from '@rollcall/core';

/** Deeper than anything that is asked for; shallow enough for every recursive reader of it. */
const DEPTH_MAX = 16;

/** Throws `invalid-request`. */
export function parseJsonBody(text: string): unknown {
  const depth = depthOf(text);
  if (depth > DEPTH_MAX) throw invalid(`nested ${depth} deep`, `JSON nested at most ${DEPTH_MAX} deep`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(text === '' ? 'empty' : 'no JSON', 'a JSON object', error);
  }
}

/** The deepest nesting of brackets outside of strings. For broken JSON it is a number like any other. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString && character === '\\') at++;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}

function invalid(came: string, allowed: string, cause?: unknown): RollcallError {
  return new RollcallError(
    'invalid-request',
    `body is ${came}; allowed is ${allowed}.`,
    { problems: [{ field: 'body', came, allowed }] },
    { cause },
  );
}
