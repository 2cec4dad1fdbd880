/**
 * Whether it is the targets that are silent, or this node that hears nothing. Like somebody whose telephone brings no answer from
 * anyone any more: before he tells the world that everybody has died, he waits until one of them picks up. Then he knows
 * that his line works, and believes again that those who stay silent are away.
 *
 * Only silence is doubted. Who answers, and be it with a refusal, speaks for himself.
 */

/** What one probe says of the way to its target: it answered; nothing came; or it had no way to go, as a program on this machine. */
export type Evidence = 'answer' | 'silence' | 'none';

/** Of fewer a node alone cannot say whether it is they or the rest of the world: a plain death of a small fleet is never hidden. */
export const WITNESSES_MIN = 10;

/** Where another node can be asked, nothing is hidden by doubting one. */
const WITNESSES_MIN_ACCOMPANIED = 1;

/** Whose silence counts now. */
const nobody: readonly string[] = [];

export class Doubt {
  /** Who has said anything of the way there, and whether that was an answer when it was last asked. */
  readonly #answered = new Map<string, boolean>();
  /** Who was silent since anybody answered. */
  readonly #silent = new Set<string>();
  /** Those of them whose silence did not count. */
  readonly #doubted = new Set<string>();
  #witnessesMin = WITNESSES_MIN;

  /** Whether there is anybody whose opinion can be asked. */
  accompanied(isAccompanied: boolean): void {
    this.#witnessesMin = isAccompanied ? WITNESSES_MIN_ACCOMPANIED : WITNESSES_MIN;
  }

  /** So few that, where nobody can help, they are believed. */
  get isOfFew(): boolean {
    return this.#answered.size < WITNESSES_MIN;
  }

  /** More than half of them have been silent, and nobody has answered since. */
  get isOn(): boolean {
    return this.#answered.size >= this.#witnessesMin && this.#silent.size * 2 > this.#answered.size;
  }

  /**
   * Answers whether what was found counts, and whose silence does that did not before: where somebody answers who
   * answered the last time too, the line was there all the while.
   */
  hear(key: string, evidence: Evidence): { readonly counts: boolean; readonly believed: readonly string[] } {
    if (evidence === 'none') return { counts: true, believed: nobody };
    const answeredBefore = this.#answered.get(key) === true;
    this.#answered.set(key, evidence === 'answer');
    if (evidence === 'answer') {
      const believed = answeredBefore && this.#doubted.size > 0 ? [...this.#doubted] : nobody;
      this.#silent.clear();
      this.#doubted.clear();
      return { counts: true, believed };
    }
    this.#silent.add(key);
    if (this.isOn) this.#doubted.add(key);
    return { counts: !this.isOn, believed: nobody };
  }

  /** Its silence counts after all. */
  believe(key: string): void {
    this.#doubted.delete(key);
  }

  forget(key: string): void {
    this.#answered.delete(key);
    this.#silent.delete(key);
    this.#doubted.delete(key);
  }
}
