/**
 * Text from strangers on its way to a log: what would move a cursor, colour a terminal, turn the direction of what follows
 * or begin a line for some readers is written as JSON escapes it. Ends of lines and tabs stay; in JSON there are none.
 */

/** Controls, formats, and ends of lines and paragraphs that only some programs know. */
const ACTIVE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function inert(text: string): string {
  return text.replace(ACTIVE, escaped);
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
