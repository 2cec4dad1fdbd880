/** Children that follow a list: each keeps its element for as long as its item is the same, and so focus and selection stay. */

export class Rows<Item extends object> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (item: Item) => string;
  readonly #render: (item: Item) => HTMLElement;
  #shown = new Map<string, { readonly item: Item; readonly element: HTMLElement }>();

  constructor(parent: HTMLElement, keyOf: (item: Item) => string, render: (item: Item) => HTMLElement) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#render = render;
  }

  show(items: readonly Item[]): void {
    const next = new Map<string, { readonly item: Item; readonly element: HTMLElement }>();
    let place: ChildNode | null = this.#parent.firstChild;
    for (const item of items) {
      const key = this.#keyOf(item);
      const before = this.#shown.get(key);
      const element = before === undefined || before.item !== item ? this.#renew(item, before?.element) : before.element;
      next.set(key, { item, element });
      if (element === place) place = place.nextSibling;
      else {
        // It stood here already, as it was before.
        if (before?.element === place && place !== null) place = place.nextSibling;
        const focused = element.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
        this.#parent.insertBefore(element, place);
        focused?.focus({ preventScroll: true });
      }
    }
    for (const [key, { element }] of this.#shown) if (next.get(key)?.element !== element) element.remove();
    this.#shown = next;
  }

  #renew(item: Item, before: HTMLElement | undefined): HTMLElement {
    const element = this.#render(item);
    if (before === undefined) return element;
    element.classList.add('changed');
    // Whoever was in it with the keyboard is still there.
    if (before.contains(document.activeElement)) queueMicrotask(() => element.querySelector('a')?.focus({ preventScroll: true }));
    return element;
  }
}
