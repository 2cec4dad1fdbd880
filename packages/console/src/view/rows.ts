/** Children that follow a list: each keeps its element for as long as its item is the same, and so focus and selection stay. */

interface Row<Item> {
  readonly item: Item;
  readonly element: HTMLElement;
}

export class Rows<Item extends object> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (item: Item) => string;
  readonly #render: (item: Item) => HTMLElement;
  #shown = new Map<string, Row<Item>>();

  constructor(parent: HTMLElement, keyOf: (item: Item) => string, render: (item: Item) => HTMLElement) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#render = render;
  }

  show(items: readonly Item[]): void {
    const next = new Map(items.map((item) => [this.#keyOf(item), this.#row(item)]));
    for (const [key, { element }] of this.#shown) if (!next.has(key)) leave(element);
    let place = this.#parent.firstElementChild;
    for (const { element } of next.values()) {
      if (element === place) place = place.nextElementSibling;
      else this.#parent.insertBefore(element, place);
    }
    this.#shown = next;
  }

  #row(item: Item): Row<Item> {
    const before = this.#shown.get(this.#keyOf(item));
    if (before?.item === item) return before;
    const element = this.#render(item);
    if (before === undefined) return { item, element };
    element.classList.add('changed');
    // Whoever was in it with the keyboard is still there.
    const wasIn = before.element.contains(document.activeElement);
    before.element.replaceWith(element);
    if (wasIn) focusIn(element);
    return { item, element };
  }
}

/** Whoever was in it with the keyboard goes on beside it. */
function leave(element: HTMLElement): void {
  const beside = element.contains(document.activeElement) ? (element.nextElementSibling ?? element.previousElementSibling) : null;
  element.remove();
  if (beside !== null) focusIn(beside);
}

function focusIn(element: Element): void {
  element.querySelector('a')?.focus({ preventScroll: true });
}
