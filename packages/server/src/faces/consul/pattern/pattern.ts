/**
 * Regular expressions that strangers bring, matched in time that grows with the text and not beyond: all ways through the expression are
 * walked at once, as RE2 does it.
 */
import { isWord, PatternError, type Test } from './characters.js';

export { PatternError };
import { NEWLINE, readPattern, type Assertion, type Tree } from './syntax.js';

export interface Pattern {
  /** What matched, and what each group did (`undefined` for one that took no part); `null` for nothing. Throws `PatternError` where finding that out takes too much. */
  exec(text: string): readonly (string | undefined)[] | null;
  /** It matches somewhere in it. Throws as `exec` does. */
  test(text: string): boolean;
}

/** Of one match: a page of output walked with a handful of ways at once. Who wants more wants to keep us busy. */
const WALKED_MAX = 100_000;

type Step =
  | { readonly op: 'one'; readonly test: Test }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'save'; readonly slot: number }
  /** The first way is preferred. */
  | { readonly op: 'split'; readonly ways: [number, number] }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'match' };

/** A step is some bytes, and each is looked at once for each character. */
const STEPS_MAX = 4000;

/** Throws `PatternError`. */
export function compilePattern(text: string): Pattern {
  const { tree, groups } = readPattern(text);
  const steps: Step[] = [];
  emit({ type: 'group', index: 0, inner: tree }, steps);
  push(steps, { op: 'match' });
  const slots = (groups + 1) * 2;
  return {
    test: (subject) => run(steps, 0, Array.from(subject)) !== null,
    exec(subject) {
      const characters = Array.from(subject);
      const found = run(steps, slots, characters);
      return found && Array.from({ length: groups + 1 }, (_, index) => between(characters, found[index * 2], found[index * 2 + 1]));
    },
  };
}

function between(characters: readonly string[], from = -1, to = -1): string | undefined {
  return from < 0 || to < 0 ? undefined : characters.slice(from, to).join('');
}

function push(steps: Step[], step: Step): number {
  if (steps.length >= STEPS_MAX) throw new PatternError('expression is too large');
  return steps.push(step) - 1;
}

function emit(tree: Tree, steps: Step[]): void {
  switch (tree.type) {
    case 'empty':
      return;
    case 'one':
      return void push(steps, { op: 'one', test: tree.test });
    case 'assert':
      return void push(steps, { op: 'assert', what: tree.what });
    case 'group':
      push(steps, { op: 'save', slot: tree.index * 2 });
      emit(tree.inner, steps);
      return void push(steps, { op: 'save', slot: tree.index * 2 + 1 });
    case 'all':
      for (const part of tree.parts) emit(part, steps);
      return;
    case 'any':
      return emitAny(tree.parts, steps);
    case 'repeat':
      return emitRepeat(tree, steps);
  }
}

function emitAny(parts: readonly Tree[], steps: Step[]): void {
  const ends: { to: number }[] = [];
  for (const [at, part] of parts.entries()) {
    if (at === parts.length - 1) {
      emit(part, steps);
      break;
    }
    const ways: [number, number] = [steps.length + 1, 0];
    push(steps, { op: 'split', ways });
    emit(part, steps);
    const jump: Step & { op: 'jump' } = { op: 'jump', to: 0 };
    push(steps, jump);
    ends.push(jump);
    ways[1] = steps.length;
  }
  for (const end of ends) end.to = steps.length;
}

function emitRepeat({ inner, least, most, greedy }: Tree & { type: 'repeat' }, steps: Step[]): void {
  for (let count = 0; count < least; count++) emit(inner, steps);
  const splits: [number, number][] = [];
  const split = (): [number, number] => {
    const ways: [number, number] = [0, 0];
    push(steps, { op: 'split', ways });
    ways[greedy ? 0 : 1] = steps.length;
    return ways;
  };
  if (most === Infinity) {
    const start = steps.length;
    splits.push(split());
    emit(inner, steps);
    push(steps, { op: 'jump', to: start });
  } else {
    for (let count = least; count < most; count++) {
      splits.push(split());
      emit(inner, steps);
    }
  }
  for (const ways of splits) ways[greedy ? 1 : 0] = steps.length;
}

type Saved = readonly number[];

interface Thread {
  readonly at: number;
  readonly saved: Saved;
}

/** Where the groups begin and end in the leftmost match that the expression prefers; `null` for none. Without slots, whether there is one. */
function run(steps: readonly Step[], slots: number, text: readonly string[]): Saved | null {
  const codes = text.map((character) => character.codePointAt(0) ?? 0);
  let threads: Thread[] = [];
  let best: Saved | null = null;
  let walked = 0;
  for (let place = 0; place <= codes.length; place++) {
    const seen = new Set<number>();
    const now: Thread[] = [];
    for (const thread of threads) follow(thread.at, thread.saved, place, now, seen);
    if (best === null)
      follow(
        0,
        Array.from({ length: slots }, () => -1),
        place,
        now,
        seen,
      );
    threads = [];
    for (const { at, saved } of now) {
      const step = steps[at] as Step;
      if (step.op === 'match') {
        if (slots === 0) return saved;
        best = saved;
        // Those behind it are preferred less.
        break;
      }
      if (step.op === 'one' && place < codes.length && step.test(codes[place] as number)) threads.push({ at: at + 1, saved });
    }
    if (threads.length === 0 && best !== null) return best;
  }
  return best;

  /** To where a character is needed, or it matches. Not by calling itself: expressions may be long. */
  function follow(start: number, begun: Saved, place: number, now: Thread[], seen: Set<number>): void {
    const stack: Thread[] = [{ at: start, saved: begun }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { at, saved } = next;
      if (seen.has(at)) continue;
      seen.add(at);
      if (++walked > WALKED_MAX) throw new PatternError('the pattern takes too long to match: make it shorter, or anchor it');
      const step = steps[at] as Step;
      if (step.op === 'jump') stack.push({ at: step.to, saved });
      else if (step.op === 'split') stack.push({ at: step.ways[1], saved }, { at: step.ways[0], saved });
      else if (step.op === 'save') stack.push({ at: at + 1, saved: slots === 0 ? saved : saved.with(step.slot, place) });
      else if (step.op === 'assert') {
        if (holds(step.what, codes, place)) stack.push({ at: at + 1, saved });
      } else now.push(next);
    }
  }
}

function holds(what: Assertion, codes: readonly number[], place: number): boolean {
  const [before, after] = [codes[place - 1], codes[place]];
  switch (what) {
    case 'begin':
      return place === 0;
    case 'end':
      return place === codes.length;
    case 'line-begin':
      return place === 0 || before === NEWLINE;
    case 'line-end':
      return place === codes.length || after === NEWLINE;
    case 'word':
      return isBoundary(before, after);
    case 'no-word':
      return !isBoundary(before, after);
  }
}

function isBoundary(before: number | undefined, after: number | undefined): boolean {
  return (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
}
