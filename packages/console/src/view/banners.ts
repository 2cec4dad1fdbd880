/** The banners above every page. */
import type { Banner } from '../model/banner.js';
import { element, setText } from './element.js';

/** Each keeps its element while it lasts, so that a screen reader says it once and not each second. */
export class Banners {
  readonly element: HTMLElement = element('div', { class: 'banners' });
  readonly #shown = new Map<Banner['kind'], { readonly title: HTMLElement; readonly text: HTMLElement; readonly element: HTMLElement }>();

  show(banners: readonly Banner[]): void {
    const kinds = new Set(banners.map(({ kind }) => kind));
    for (const [kind, { element }] of this.#shown) {
      if (kinds.has(kind)) continue;
      element.remove();
      this.#shown.delete(kind);
    }
    for (const banner of banners) {
      const { title, text } = this.#shown.get(banner.kind) ?? this.#open(banner);
      setText(title, banner.title);
      setText(text, banner.text);
    }
  }

  #open({ kind, level }: Banner): { readonly title: HTMLElement; readonly text: HTMLElement } {
    const title = element('strong', { role: level === 'alarm' ? 'alert' : 'status' });
    const text = element('span');
    const made = element('div', { 'class': `banner ${level}`, 'data-kind': kind }, title, ' ', text);
    this.#shown.set(kind, { title, text, element: made });
    this.element.append(made);
    return { title, text };
  }
}
