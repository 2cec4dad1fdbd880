/** What somebody may have meant who typed something that is not there. */

/** Longer words are no slips of the finger, and comparing them would take long. */
const WORD_CHARACTERS_MAX = 64;

/** A word of three letters may have one wrong, one of nine three: beyond, a guess says more about us than about them. */
const LETTERS_PER_SLIP = 3;

/** The nearest of them, or `undefined` if none is near. Spelling is not looked at: `historyAge` is `history-age`. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const plainTyped = plain(typed);
  if (plainTyped === '' || typed.length > WORD_CHARACTERS_MAX) return undefined;
  const near = known
    .map((word) => ({ word, slips: slipsBetween(plainTyped, plain(word)) }))
    .filter(({ word, slips }) => slips <= Math.max(1, Math.floor(Math.max(plainTyped.length, plain(word).length) / LETTERS_PER_SLIP)))
    .toSorted((left, right) => left.slips - right.slips);
  // Whoever typed only the beginning of a long word made many slips, and yet is easily understood.
  return near[0]?.word ?? known.find((word) => plainTyped.length > 1 && plain(word).startsWith(plainTyped));
}

/** The end of a sentence about it; empty if nothing is near. */
export function suggestion(typed: string, known: readonly string[], spelled: (word: string) => string = (word) => word): string {
  const word = nearest(typed, known);
  return word === undefined ? '' : ` Did you mean ${spelled(word)}?`;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Letters that are missing, too many, others, or two that changed places (Damerau and Levenshtein). */
function slipsBetween(typed: string, word: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: word.length + 1 }, (_, at) => at);
  for (let row = 1; row <= typed.length; row++) {
    const current = [row];
    for (let at = 1; at <= word.length; at++) {
      const same = typed[row - 1] === word[at - 1];
      const swapped = row > 1 && at > 1 && typed[row - 1] === word[at - 2] && typed[row - 2] === word[at - 1];
      current.push(
        Math.min(
          (last[at] as number) + 1,
          (current[at - 1] as number) + 1,
          (last[at - 1] as number) + (same ? 0 : 1),
          swapped ? (beforeLast[at - 2] as number) + 1 : Infinity,
        ),
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[word.length] as number;
}
