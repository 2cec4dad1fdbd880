/** Turning the sheets of a long list. */
import { numberText } from '../model/banner.js';
import type { Sheet } from '../model/sheet.js';
import { button, element, setText } from './element.js';

export class Turning {
  readonly element: HTMLElement;
  readonly #words: HTMLElement;
  readonly #back: HTMLButtonElement;
  readonly #on: HTMLButtonElement;
  #number = 1;

  constructor(turn: (number: number) => void) {
    this.#back = button('← Back', () => turn(this.#number - 1));
    this.#on = button('Next →', () => turn(this.#number + 1));
    this.#words = element('span', { role: 'status' });
    this.element = element('nav', { 'class': 'turning', 'aria-label': 'Sheets' }, this.#back, this.#words, this.#on);
    this.element.hidden = true;
  }

  /** `found` rows there are, and of these the sheet. */
  show({ number, count, from, to }: Sheet, found: number): void {
    this.#number = number;
    const active = document.activeElement;
    this.#back.disabled = number <= 1;
    this.#on.disabled = number >= count;
    // Who came to the end with the keyboard can turn back from there.
    if (active === this.#on && this.#on.disabled) this.#back.focus();
    else if (active === this.#back && this.#back.disabled) this.#on.focus();
    this.element.hidden = count <= 1;
    setText(this.#words, found === 0 ? '' : `${numberText(from + 1)} to ${numberText(to)} of ${numberText(found)}`);
  }
}
