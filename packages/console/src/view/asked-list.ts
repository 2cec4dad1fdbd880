/** A page that is one list, said whole by one answer and asked for again and again: searched, and a sheet at a time. */
import { calmly } from '../asking/clock.js';
import { poll } from '../asking/poll.js';
import { AskError } from '../asking/registry.js';
import { sameWhereEqual } from '../model/same.js';
import { sheetOf } from '../model/sheet.js';
import { element, setText, type Child } from './element.js';
import { refusalNotice, type Surroundings } from './page.js';
import { Rows } from './rows.js';
import { Spoken } from './spoken.js';
import { table, type Column } from './table.js';
import { Turning } from './turning.js';

export interface AskedListOptions<Body, Item extends object> {
  readonly title: string;
  /** Between the headline and the list. */
  readonly tools: readonly Child[];
  readonly columns: readonly Column[];
  readonly path: string;
  readonly everyMs: number;
  readonly itemsOf: (body: Body) => readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly rowOf: (item: Item) => HTMLElement;
  readonly summaryOf: (items: readonly Item[]) => string;
  /** Those that one wants to see at the moment. */
  readonly wanted: () => (item: Item) => boolean;
  /** Where nobody is to be seen. `areOthers`: there are some whom one does not want to see. */
  readonly nobody: (areOthers: boolean) => HTMLElement;
  readonly sheet: () => number;
  /** Called before what is shown is shown anew. */
  readonly turn: (sheet: number) => void;
}

const RENDER_MS = 100;

export class AskedList<Body, Item extends object> {
  readonly element: HTMLElement;
  readonly #options: AskedListOptions<Body, Item>;
  readonly #surroundings: Surroundings;
  readonly #summary: HTMLElement = element('p', { class: 'summary' });
  readonly #spoken: Spoken;
  readonly #notice: HTMLElement = element('div');
  readonly #sheet: HTMLElement;
  readonly #rows: Rows<Item>;
  readonly #turning: Turning = new Turning((sheet) => this.#turn(sheet));
  readonly #render: () => void;
  /** `null`: not answered yet. */
  #items: readonly Item[] | null = null;
  #etag: string | null = null;

  constructor(options: AskedListOptions<Body, Item>, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    const { clock, attention, signal } = surroundings;
    const { title, tools, columns, everyMs, keyOf, rowOf } = options;
    const { element: sheet, body } = table(title, columns);
    this.#sheet = sheet;
    this.#sheet.hidden = true;
    this.#rows = new Rows(body, keyOf, rowOf);
    this.#spoken = new Spoken(clock);
    this.element = element(
      'section',
      {},
      element('div', { class: 'headline' }, element('h1', { tabindex: -1 }, title), this.#summary),
      this.#spoken.element,
      tools.length === 0 ? element('p', {}) : element('div', { class: 'tools' }, ...tools),
      this.#notice,
      sheet,
      this.#turning.element,
    );
    this.#render = calmly(clock, RENDER_MS, () => this.show());
    poll({ everyMs, ask: () => this.#ask(), clock, attention, signal });
  }

  /** What one wants to see has changed. */
  show(): void {
    const items = this.#items;
    if (items === null) return;
    const { wanted, summaryOf, nobody, sheet } = this.#options;
    const found = items.filter(wanted());
    const shown = sheetOf(found.length, sheet());
    this.#rows.show(found.slice(shown.from, shown.to));
    this.#turning.show(shown, found.length);
    this.#sheet.hidden = found.length === 0;
    setText(this.#summary, summaryOf(items));
    this.#spoken.say(summaryOf(items));
    this.#notice.replaceChildren(...(found.length > 0 ? [] : [nobody(items.length > 0)]));
  }

  async #ask(): Promise<void> {
    const { registry, signal } = this.#surroundings;
    const { path, itemsOf, keyOf } = this.#options;
    try {
      const answered = await registry.ask<Body>(path, signal, this.#etag);
      if (answered === null) return;
      this.#etag = answered.etag;
      this.#items = sameWhereEqual(this.#items ?? [], itemsOf(answered.body), keyOf);
      this.#render();
    } catch (error) {
      if (!(error instanceof AskError) || error.refusal === 'lost') return;
      this.#forget();
      this.#notice.replaceChildren(refusalNotice(error));
      throw error;
    }
  }

  #forget(): void {
    this.#etag = null;
    this.#items = null;
    this.#rows.show([]);
    this.#sheet.hidden = true;
    this.#turning.element.hidden = true;
    setText(this.#summary, '');
  }

  /** Its top is where one reads on. */
  #turn(sheet: number): void {
    this.#options.turn(sheet);
    this.show();
    this.#sheet.scrollIntoView({ block: 'start' });
  }
}
