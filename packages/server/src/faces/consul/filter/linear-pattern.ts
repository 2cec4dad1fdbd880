/**
 * Regular expressions in the language of RE2, matched in time that grows with the text and no faster: whoever may ask may send any
 * pattern, and a backtracking one could hold up everybody for hours. Only whether it matches is asked, so that it is walked as a
 * set of places, one character after the other.
 */
import { parsePattern, PatternError, type Piece } from './pattern-syntax.js';

export { PatternError };

/** A step of the machine: where to go from it, and by what. */
type Step =
  | { readonly kind: 'char'; readonly test: (code: number) => boolean; next: number }
  | { readonly kind: 'fork'; next: number; other: number }
  | { readonly kind: 'edge'; readonly test: (before: number | null, after: number | null) => boolean; next: number }
  | { readonly kind: 'match' };

/** Of one match: a page of output walked with a handful of places at once. Who wants more wants to keep us busy. */
const STEPS_MAX = 20_000;

export class LinearPattern {
  readonly #steps: Step[] = [];
  readonly #start: number;

  /** Throws `PatternError`. */
  constructor(source: string) {
    const end = this.#add({ kind: 'match' });
    this.#start = this.#compile(parsePattern(source), end);
  }

  /** It matches somewhere in it. Throws `PatternError` where finding that out takes too much. */
  test(text: string): boolean {
    let places = new Set<number>();
    let before: number | null = null;
    let steps = 0;
    const codes = Array.from(text, (character) => character.codePointAt(0) as number);
    for (let at = 0; at <= codes.length; at++) {
      const after = codes[at] ?? null;
      // A match may begin anywhere.
      const reached = this.#reached([...places, this.#start], before, after);
      if (reached === null) return true;
      steps += reached.size;
      if (steps > STEPS_MAX) throw new PatternError('the pattern takes too long to match: make it shorter, or anchor it');
      places = new Set();
      if (after !== null)
        for (const place of reached) {
          const step = this.#steps[place] as Step;
          if (step.kind === 'char' && step.test(after)) places.add(step.next);
        }
      before = after;
    }
    return false;
  }

  /** All places that can be come to without a character; `null`: the end is one of them. */
  #reached(from: readonly number[], before: number | null, after: number | null): ReadonlySet<number> | null {
    const reached = new Set<number>();
    const waiting = [...from];
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      if (reached.has(place)) continue;
      reached.add(place);
      const step = this.#steps[place] as Step;
      if (step.kind === 'match') return null;
      if (step.kind === 'fork') waiting.push(step.next, step.other);
      else if (step.kind === 'edge' && step.test(before, after)) waiting.push(step.next);
    }
    return reached;
  }

  #add(step: Step): number {
    this.#steps.push(step);
    return this.#steps.length - 1;
  }

  /** The place that this piece begins at, if it ends at `next`. */
  #compile(piece: Piece, next: number): number {
    switch (piece.kind) {
      case 'char':
        return this.#add({ kind: 'char', test: piece.test, next });
      case 'edge':
        return this.#add({ kind: 'edge', test: piece.test, next });
      case 'sequence':
        return piece.parts.reduceRight((behind, part) => this.#compile(part, behind), next);
      case 'choice':
        return piece.parts.map((part) => this.#compile(part, next)).reduce((other, one) => this.#add({ kind: 'fork', next: one, other }));
      case 'repeat':
        return this.#repeated(piece, next);
    }
  }

  #repeated({ part, min, max }: Piece & { kind: 'repeat' }, next: number): number {
    let behind = next;
    if (max === null) {
      const fork: Step & { kind: 'fork' } = { kind: 'fork', next: 0, other: next };
      behind = this.#add(fork);
      fork.next = this.#compile(part, behind);
    } else {
      for (let at = min; at < max; at++) behind = this.#add({ kind: 'fork', next: this.#compile(part, behind), other: next });
    }
    for (let at = 0; at < min; at++) behind = this.#compile(part, behind);
    return behind;
  }
}
