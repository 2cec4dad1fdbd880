/** How one check stands: what it found last, and before. */
import type { WhyCheck } from '../model/shapes.js';
import { chip } from './chips.js';
import { element, said, setText } from './element.js';
import { Part } from './part.js';
import { clockTime, spanElement } from './time.js';

export class CheckCard {
  readonly element: HTMLElement;
  readonly #status = new Part({ class: 'chips' });
  readonly #rhythm = element('span');
  readonly #since = new Part({ class: 'inline' });
  readonly #output = new Part();
  readonly #results = new Part();

  constructor({ name }: Pick<WhyCheck, 'name'>) {
    const head = element('div', { class: 'headline' }, element('h3', {}, said(name)), this.#status.element);
    const beneath = element('p', { class: 'beneath' }, this.#rhythm, this.#since.element);
    this.element = element('article', { class: 'check' }, head, beneath, this.#output.element, this.#results.element);
  }

  show(check: WhyCheck, nowMs: number): void {
    const { status, since, output = '', results = [] } = check;
    this.#status.show(status, () => [chip(status)]);
    setText(this.#rhythm, rhythmOf(check));
    this.#since.show(since ?? '', () => (since === undefined ? [] : [' · ', spanElement(since, nowMs)]));
    this.#output.show(output, () => (output === '' ? [] : [element('p', { class: 'output' }, said(output))]));
    this.#results.show(JSON.stringify(results), () => (results.length === 0 ? [] : [lastResults(results, nowMs)]));
  }
}

/** What it is, how often it is asked or heard, and when it was last. */
function rhythmOf({ name, of, type, ttl, heardAgo, interval, successes, failures, nextIn }: WhyCheck): string {
  const words = [
    type === name ? '' : type,
    of === 'machine' ? 'of its machine' : '',
    ttl === undefined ? '' : `ttl ${String(ttl)}`,
    ttl === undefined ? '' : heardAgo === undefined ? 'never heard' : `heard ${String(heardAgo)} ago`,
    interval === undefined ? '' : `every ${String(interval)}`,
    successes === undefined || failures === undefined ? '' : failures > 0 ? `${failures} bad in a row` : `${successes} good in a row`,
    nextIn === undefined ? '' : `next in ${String(nextIn)}`,
  ];
  return words.filter((word) => word !== '').join(' · ');
}

function lastResults(results: NonNullable<WhyCheck['results']>, nowMs: number): HTMLElement {
  const rows = results.map(({ at, took, finding, output }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, clockTime(at, nowMs)),
      element('td', {}, chip(finding)),
      element('td', { class: 'number wide' }, String(took)),
      element('td', { class: 'output' }, said(output)),
    ),
  );
  const titles = ['When', 'Found', 'Took', 'What it said'].map((title) =>
    element('th', { scope: 'col', class: title === 'Took' ? 'number wide' : null }, title),
  );
  const caption = element('caption', {}, 'The last results');
  return element(
    'div',
    { class: 'sheet' },
    element('table', {}, caption, element('thead', {}, element('tr', {}, ...titles)), element('tbody', {}, ...rows)),
  );
}
