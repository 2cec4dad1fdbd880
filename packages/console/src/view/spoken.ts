/** What a screen reader says by itself: now and then, because whoever listens cannot look away. */
import { calmly, type Clock } from '../asking/clock.js';
import { element, setText } from './element.js';

const EVERY_MS = 10_000;

export class Spoken {
  readonly element: HTMLElement = element('p', { 'class': 'unseen', 'aria-live': 'polite' });
  readonly #speak: () => void;
  #text = '';

  constructor(clock: Clock) {
    this.#speak = calmly(clock, EVERY_MS, () => setText(this.element, this.#text));
  }

  say(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#speak();
  }
}
