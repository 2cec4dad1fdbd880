/** A table whose rows are links: the arrow keys go from one to the next. */
import { element } from './element.js';

export interface Column {
  readonly title: string;
  /** `wide`: not shown where there is little room. `number`: to the right. */
  readonly kind?: 'wide' | 'number';
}

export interface Table {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
}

export function table(caption: string, columns: readonly Column[]): Table {
  const titles = columns.map(({ title, kind }) => element('th', { scope: 'col', class: kind }, title));
  const body = element('tbody');
  body.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const links = [...body.querySelectorAll<HTMLAnchorElement>('th a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const next = links[at + step];
    if (step === 0 || at < 0 || next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  const made = element(
    'table',
    {},
    element('caption', { class: 'aside' }, caption),
    element('thead', {}, element('tr', {}, ...titles)),
    body,
  );
  return { element: element('div', { class: 'sheet' }, made), body };
}
