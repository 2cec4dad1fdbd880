/** A piece of a page that is made anew only when what it shows is not what it was: so selection, focus and whatever was folded stay. */
import { element, type Child } from './element.js';

export class Part {
  readonly element: HTMLElement;
  #shown = '';

  constructor(attributes: Parameters<typeof element>[1] = {}) {
    this.element = element('div', attributes);
  }

  /** `what`: tells what is to be shown from what was. */
  show(what: string, make: () => readonly Child[]): void {
    if (what === this.#shown) return;
    this.#shown = what;
    this.element.replaceChildren(...make().filter((child) => child !== null));
  }
}
