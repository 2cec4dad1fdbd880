/** The banners above every page, the gravest first. */
import type { Banner } from '../model/banner.js';
import { element, setText } from './element.js';

interface Shown {
  readonly title: HTMLElement;
  readonly text: HTMLElement;
  readonly element: HTMLElement;
}

/** Each keeps its element while it lasts, so that a screen reader says it once and not each second. */
export class Banners {
  readonly element: HTMLElement = element('div', { class: 'banners' });
  readonly #shown = new Map<Banner['kind'], Shown>();

  show(banners: readonly Banner[]): void {
    const kinds = new Set(banners.map(({ kind }) => kind));
    for (const [kind, { element }] of this.#shown) {
      if (kinds.has(kind)) continue;
      element.remove();
      this.#shown.delete(kind);
    }
    banners.forEach((banner, at) => {
      const { title, text, element } = this.#shown.get(banner.kind) ?? this.#open(banner);
      const here = this.element.children[at] ?? null;
      if (here !== element) this.element.insertBefore(element, here);
      setText(title, banner.title);
      setText(text, banner.text);
    });
  }

  #open({ kind, level }: Banner): Shown {
    const title = element('strong', { role: level === 'alarm' ? 'alert' : 'status' });
    const text = element('span');
    const made = element('div', { 'class': `banner ${level}`, 'data-kind': kind }, title, ' ', text);
    const shown = { title, text, element: made };
    this.#shown.set(kind, shown);
    return shown;
  }
}
