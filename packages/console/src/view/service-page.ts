/** A service's instances, live: how each of them stands, and how many do so. */
import { calmly } from '../asking/clock.js';
import { follow } from '../asking/feed.js';
import { poll } from '../asking/poll.js';
import { counted, numberText } from '../model/banner.js';
import { InstanceList } from '../model/instance-list.js';
import { hashOf, type ServicePlace } from '../model/place.js';
import type { Instance, ServicePanic } from '../model/shapes.js';
import { sheetOf } from '../model/sheet.js';
import { countStates, offeredFilters, type StateFilter } from '../model/state.js';
import { button, element, said, setAttribute, setText } from './element.js';
import { instanceRow } from './instance-row.js';
import { refusalNotice, type Page, type Surroundings } from './page.js';
import { Rows } from './rows.js';
import { searchField } from './search-field.js';
import { tabs, wayHere, wayToServices } from './service-head.js';
import { Spoken } from './spoken.js';
import { table } from './table.js';
import { Turning } from './turning.js';

const PANIC_LOOK_MS = 3_000;
/** Whatever happens, nobody reads faster; and thousands of instances are counted anew each time. */
const RENDER_MS = 250;

export function servicePage(place: ServicePlace, surroundings: Surroundings): Page {
  return { title: place.service, element: new ServicePage(place, surroundings).element };
}

class ServicePage {
  readonly element: HTMLElement;
  readonly #surroundings: Surroundings;
  readonly #list = new InstanceList();
  readonly #title: HTMLElement;
  readonly #summary: HTMLElement = element('p', { class: 'summary' });
  readonly #spoken: Spoken;
  readonly #live: HTMLElement = element('span', { class: 'live', role: 'status' }, 'connecting…');
  readonly #panic: HTMLElement = element('div');
  readonly #states: HTMLElement = element('div', { 'class': 'states', 'role': 'group', 'aria-label': 'Show only those that are' });
  readonly #notice: HTMLElement = element('div');
  readonly #sheet: HTMLElement;
  readonly #rows: Rows<Instance>;
  readonly #turning: Turning = new Turning((sheet) => this.#turn(sheet));
  readonly #render: () => void;
  #place: ServicePlace;
  /** The first snapshot is there. */
  #isKnown = false;

  constructor(place: ServicePlace, surroundings: Surroundings) {
    this.#place = place;
    this.#surroundings = surroundings;
    const { clock, attention, signal } = surroundings;
    const { namespace, service } = place;
    const { element: sheet, body } = table('Instances', [
      { title: 'Instance' },
      { title: 'State' },
      { title: 'Checks', kind: 'wide' },
      { title: 'Where', kind: 'wide' },
      { title: 'Tags', kind: 'wide' },
    ]);
    this.#sheet = sheet;
    this.#rows = new Rows(
      body,
      ({ id }) => id,
      (instance) => instanceRow(instance, clock.wallMs()),
    );
    this.#title = element('h1', { tabindex: -1 }, said(service));
    const search = searchField(
      'Search: id, address, tag, zone, name=value',
      place.search,
      (text) => this.#move({ search: text, sheet: 1 }),
      signal,
    );
    this.#spoken = new Spoken(clock);
    this.element = element(
      'section',
      {},
      wayHere(wayToServices(namespace)),
      element('div', { class: 'headline' }, this.#title, this.#summary, this.#live),
      this.#spoken.element,
      tabs(namespace, service, 'instances'),
      this.#panic,
      element('div', { class: 'tools' }, search, this.#states),
      this.#notice,
      sheet,
      this.#turning.element,
    );
    this.#sheet.hidden = true;
    this.#turning.element.hidden = true;
    this.#render = calmly(clock, RENDER_MS, () => this.#show());
    void this.#follow();
    poll({ everyMs: PANIC_LOOK_MS, ask: () => this.#askPanic(), clock, attention, signal });
  }

  #follow(): Promise<void> {
    const { namespace, service } = this.#place;
    return follow({
      ...this.#surroundings,
      path: `services/${encodeURIComponent(service)}/instances?health=any&namespace=${encodeURIComponent(namespace)}`,
      listener: {
        snapshot: (told) => {
          this.#list.takeSnapshot(told);
          this.#isKnown = true;
          this.#render();
        },
        change: (told) => {
          this.#list.takeChange(told);
          this.#render();
        },
        stale: () => this.#surroundings.lookAgain(),
        live: (trouble) => this.#showLive(trouble),
        refused: (error) => {
          this.#showLive(error.message);
          this.#notice.replaceChildren(refusalNotice(error));
        },
      },
    });
  }

  #showLive(trouble: string | null): void {
    setText(this.#live, trouble === null ? 'live' : `not live: ${trouble}`);
    this.#live.classList.toggle('is-live', trouble === null);
    if (trouble !== null) this.#surroundings.lookAgain();
  }

  async #askPanic(): Promise<void> {
    const { registry, signal } = this.#surroundings;
    const { namespace, service } = this.#place;
    const path = `services/${encodeURIComponent(service)}/panic?namespace=${encodeURIComponent(namespace)}`;
    const answered = await registry.ask<ServicePanic>(path, signal);
    if (answered === null) return;
    const { panic, eligibleMin, belowShare } = answered.body;
    if (panic === (this.#panic.firstChild !== null)) return;
    const text = ` Fewer than ${Math.round(belowShare * 100)} % of its instances that could be tried are in rotation (and there are at least ${eligibleMin}), or the guard holds them. So callers are told of all of them, marked.`;
    this.#panic.replaceChildren(
      ...(panic ? [element('p', { class: 'banner notice', role: 'status' }, element('strong', {}, 'It panics.'), text)] : []),
    );
  }

  #show(): void {
    if (!this.#isKnown) return;
    const { search, state, sheet } = this.#place;
    const counts = countStates(this.#list.instances);
    const found = this.#list.matching(search, state);
    const shown = sheetOf(found.length, sheet);
    this.#rows.show(found.slice(shown.from, shown.to));
    this.#turning.show(shown, found.length);
    this.#sheet.hidden = found.length === 0;
    this.#showStates(offeredFilters(counts, state));
    setText(this.#title, this.#list.service);
    const summary = `${numberText(counts.rotation)} of ${counted(counts.all, 'instance', 'instances')} in rotation`;
    setText(this.#summary, counts.all === 0 ? 'no instances' : summary);
    this.#spoken.say(summary);
    this.#notice.replaceChildren(...(found.length > 0 ? [] : [this.#nobody()]));
  }

  #nobody(): HTMLElement {
    if (this.#list.size > 0) return element('p', { class: 'notice' }, 'No instance fits.');
    const { namespace, service } = this.#place;
    const timeline = element('a', { href: hashOf({ page: 'timeline', namespace, service }) }, 'timeline');
    return element('p', { class: 'notice' }, 'It has no instances. What happened to those that it had stands in its ', timeline, '.');
  }

  #showStates(offered: ReturnType<typeof offeredFilters>): void {
    const made = new Map([...this.#states.children].map((child) => [child.getAttribute('data-state') ?? '', child]));
    const buttons = offered.map(({ filter, name, count }) => {
      const one = made.get(filter) ?? button('', () => this.#choose(filter), { 'data-state': filter, 'class': `is-${filter}` });
      setText(one, `${name} ${numberText(count)}`);
      setAttribute(one, 'aria-pressed', String(filter === this.#place.state));
      return one;
    });
    const isSame = buttons.length === made.size && buttons.every((one, at) => this.#states.children[at] === one);
    if (!isSame) this.#states.replaceChildren(...buttons);
  }

  /** Pressed again, it is all of them again. */
  #choose(state: StateFilter): void {
    this.#move({ state: this.#place.state === state ? 'all' : state, sheet: 1 });
  }

  /** Its top is where one reads on. */
  #turn(sheet: number): void {
    this.#move({ sheet });
    this.#sheet.scrollIntoView({ block: 'start' });
  }

  #move(change: Partial<ServicePlace>): void {
    this.#place = { ...this.#place, ...change };
    this.#surroundings.moved(this.#place);
    this.#show();
  }
}
