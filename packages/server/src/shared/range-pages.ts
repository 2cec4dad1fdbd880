/** A range read in pages, with a turn of the event loop between them: however long the answer, nobody else waits for it. */
import {
  isSingleKey,
  RangeAnswer,
  readRange,
  toText,
  toTextRange,
  type RangeRequest,
  type RangeResult,
  type Reader,
  type TextRange,
} from '@rollcall/core';
import { nextTurn } from './turn.js';

/** A few milliseconds' worth. */
const PAGE_ENTRIES = 2_000;

/** The whole answer, if no more than so many entries have to be looked at for it: most are. `null` if it takes more. */
export function readAtOnce(reader: Reader, request: RangeRequest, revision: number, entriesMax: number): RangeResult | null {
  if (isSingleKey(request.range)) return readRange(reader, request, revision);
  const answer = new RangeAnswer(request);
  let taken = 0;
  for (const entry of reader.entries(toTextRange(request.range))) {
    if (!answer.take(entry)) break;
    if (++taken > entriesMax) return null;
  }
  return answer.result(revision);
}

/** `reader` must go on showing the same state while the pages are read. */
export async function readInPages(reader: Reader, request: RangeRequest, revision: number): Promise<RangeResult> {
  if (isSingleKey(request.range)) return readRange(reader, request, revision);
  const answer = new RangeAnswer(request);
  for (let rest: TextRange | null = toTextRange(request.range); rest !== null;) {
    rest = readPage(reader, rest, answer);
    if (rest !== null) await nextTurn();
  }
  return answer.result(revision);
}

/** Answers what is left to read, `null` if nothing is. */
function readPage(reader: Reader, range: TextRange, answer: RangeAnswer): TextRange | null {
  let taken = 0;
  for (const entry of reader.entries(range)) {
    if (!answer.take(entry)) return null;
    // The first key behind this one is the same with a zero byte appended.
    if (++taken === PAGE_ENTRIES) return { from: `${toText(entry.key)}\0`, to: range.to };
  }
  return null;
}
