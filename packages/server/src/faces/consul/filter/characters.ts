/** Classes of characters as RE2 knows them, by their codes. */

export const NEWLINE = 10;

export function isWord(code: number | null): boolean {
  return code !== null && WORD.test(String.fromCodePoint(code));
}

const WORD = /^\w$/;

const among =
  (pattern: RegExp) =>
  (code: number): boolean =>
    pattern.test(String.fromCodePoint(code));

export const classes: Readonly<Record<string, (code: number) => boolean>> = {
  d: among(/^[0-9]$/),
  D: among(/^[^0-9]$/u),
  w: among(WORD),
  W: among(/^[^\w]$/u),
  s: among(/^[\t\n\f\r ]$/),
  S: among(/^[^\t\n\f\r ]$/u),
};

export const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: NEWLINE, r: 13, t: 9, v: 11 };

export const posix: Readonly<Record<string, RegExp>> = {
  alnum: /^[0-9A-Za-z]$/,
  alpha: /^[A-Za-z]$/,
  ascii: /^\p{ASCII}$/u,
  blank: /^[\t ]$/,
  cntrl: /^\p{Cc}$/u,
  digit: /^[0-9]$/,
  graph: /^[!-~]$/,
  lower: /^[a-z]$/,
  print: /^[ -~]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[\t\n\v\f\r ]$/,
  upper: /^[A-Z]$/,
  word: WORD,
  xdigit: /^[0-9A-Fa-f]$/,
};
