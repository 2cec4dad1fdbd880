/** All services, with how many instances they have and how many of these are in rotation. */
import { calmly } from '../asking/clock.js';
import { poll } from '../asking/poll.js';
import { AskError } from '../asking/registry.js';
import { counted, numberText } from '../model/banner.js';
import { DEFAULT_NAMESPACE, servicePlace, hashOf, type ServicesPlace } from '../model/place.js';
import { contains, wordsOf } from '../model/search.js';
import type { Services, ServiceSummary } from '../model/shapes.js';
import { sheetOf } from '../model/sheet.js';
import { chip } from './chips.js';
import { element, said, setText } from './element.js';
import { refusalNotice, type Page, type Surroundings } from './page.js';
import { Rows } from './rows.js';
import { searchField } from './search-field.js';
import { Spoken } from './spoken.js';
import { table } from './table.js';
import { Turning } from './turning.js';

const LOOK_MS = 2_000;
const RENDER_MS = 100;

export function servicesPage(place: ServicesPlace, surroundings: Surroundings): Page {
  return { title: 'Services', element: new ServicesPage(place, surroundings).element };
}

class ServicesPage {
  readonly element: HTMLElement;
  readonly #surroundings: Surroundings;
  readonly #summary: HTMLElement = element('p', { class: 'summary' });
  readonly #spoken: Spoken;
  readonly #notice: HTMLElement = element('div');
  readonly #sheet: HTMLElement;
  readonly #rows: Rows<ServiceSummary>;
  readonly #turning: Turning = new Turning((sheet) => this.#turn(sheet));
  readonly #render: () => void;
  #place: ServicesPlace;
  /** `null`: not answered yet. */
  #services: readonly ServiceSummary[] | null = null;
  #etag: string | null = null;

  constructor(place: ServicesPlace, surroundings: Surroundings) {
    this.#place = place;
    this.#surroundings = surroundings;
    const { clock, attention, signal } = surroundings;
    const { element: sheet, body } = table('Services', [
      { title: 'Service' },
      { title: 'In rotation', kind: 'number' },
      { title: 'Share', kind: 'wide' },
      { title: 'Notes' },
    ]);
    this.#sheet = sheet;
    this.#rows = new Rows(
      body,
      ({ service }) => service,
      (service) => this.#row(service),
    );
    const search = searchField('Search for a service', place.search, (text) => this.#move({ search: text, sheet: 1 }), signal);
    const head = element('div', { class: 'headline' }, element('h1', { tabindex: -1 }, 'Services'), this.#summary);
    const tools = element('div', { class: 'tools' }, search, this.#troubledSwitch(), this.#namespaceField());
    this.#spoken = new Spoken(clock);
    this.element = element('section', {}, head, this.#spoken.element, tools, this.#notice, sheet, this.#turning.element);
    this.#render = calmly(clock, RENDER_MS, () => this.#show());
    poll({ everyMs: LOOK_MS, ask: () => this.#ask(), clock, attention, signal });
  }

  async #ask(): Promise<void> {
    const { registry, signal } = this.#surroundings;
    try {
      const answered = await registry.ask<Services>(`services?namespace=${encodeURIComponent(this.#place.namespace)}`, signal, this.#etag);
      if (answered === null) return;
      this.#etag = answered.etag;
      this.#services = sameWhereEqual(this.#services ?? [], answered.body.services);
      this.#notice.replaceChildren();
      this.#render();
    } catch (error) {
      if (!(error instanceof AskError) || error.refusal === 'lost') return;
      this.#etag = null;
      this.#services = null;
      this.#rows.show([]);
      this.#sheet.hidden = true;
      this.#notice.replaceChildren(refusalNotice(error));
      throw error;
    }
  }

  #show(): void {
    const services = this.#services;
    if (services === null) return;
    const { search, troubled, sheet } = this.#place;
    const words = wordsOf(search);
    const found = services.filter(
      (service) => (!troubled || isTroubled(service)) && (words.length === 0 || contains(service.service.toLowerCase(), words)),
    );
    const shown = sheetOf(found.length, sheet);
    this.#rows.show(found.slice(shown.from, shown.to));
    this.#turning.show(shown, found.length);
    this.#sheet.hidden = found.length === 0;
    setText(this.#summary, summaryOf(services));
    this.#spoken.say(summaryOf(services));
    this.#notice.replaceChildren(...(found.length > 0 ? [] : [nobody(services.length > 0)]));
  }

  #row(service: ServiceSummary): HTMLElement {
    const { namespace } = this.#place;
    const { instances, inRotation, held = 0, panic = false } = service;
    const share = element('span', { 'class': 'share', 'aria-hidden': 'true' }, element('span'));
    (share.firstElementChild as HTMLElement).style.width = `${instances === 0 ? 0 : (100 * inRotation) / instances}%`;
    const notes = [
      ...(panic ? [chip('panic')] : []),
      ...(inRotation === 0 ? [chip('nobody in rotation', 'critical')] : []),
      ...(held > 0 ? [chip(`${numberText(held)} held`, 'held')] : []),
      ...(inRotation > 0 && inRotation < instances ? [chip(`${numberText(instances - inRotation)} not in rotation`, 'warning')] : []),
    ];
    const link = element('a', { href: hashOf(servicePlace(namespace, service.service)) }, said(service.service));
    return element(
      'tr',
      { class: isTroubled(service) ? 'troubled' : null },
      element('th', { scope: 'row' }, link),
      element('td', { class: 'number' }, `${numberText(inRotation)} of ${numberText(instances)}`),
      element('td', { class: 'wide' }, share),
      element('td', {}, element('span', { class: 'chips' }, ...notes)),
    );
  }

  #troubledSwitch(): HTMLElement {
    const input = element('input', { type: 'checkbox', checked: this.#place.troubled });
    input.addEventListener('change', () => this.#move({ troubled: input.checked, sheet: 1 }));
    return element('label', { class: 'switch' }, input, 'only those with trouble');
  }

  #namespaceField(): HTMLElement {
    const input = element('input', { type: 'text', value: this.#place.namespace, size: 12, spellcheck: 'false', autocomplete: 'off' });
    input.addEventListener('change', () => {
      const namespace = input.value.trim().toLowerCase() || DEFAULT_NAMESPACE;
      location.hash = hashOf({ ...this.#place, namespace, sheet: 1 });
    });
    return element('label', { class: 'switch' }, 'namespace', input);
  }

  /** Its top is where one reads on. */
  #turn(sheet: number): void {
    this.#move({ sheet });
    this.#sheet.scrollIntoView({ block: 'start' });
  }

  #move(change: Partial<ServicesPlace>): void {
    this.#place = { ...this.#place, ...change };
    this.#surroundings.moved(this.#place);
    this.#show();
  }
}

function isTroubled({ instances, inRotation, held = 0, panic = false }: ServiceSummary): boolean {
  return inRotation < instances || held > 0 || panic;
}

function summaryOf(services: readonly ServiceSummary[]): string {
  const instances = services.reduce((sum, service) => sum + service.instances, 0);
  const inRotation = services.reduce((sum, service) => sum + service.inRotation, 0);
  const all = `${counted(services.length, 'service', 'services')}, ${counted(instances, 'instance', 'instances')}`;
  return instances === 0 ? all : `${all}, ${numberText(inRotation)} in rotation`;
}

/** What says the same as before is the same, so that its row stays. */
function sameWhereEqual(before: readonly ServiceSummary[], now: readonly ServiceSummary[]): readonly ServiceSummary[] {
  const known = new Map(before.map((service) => [service.service, service]));
  return now.map((service) => {
    const same = known.get(service.service);
    return same !== undefined && JSON.stringify(same) === JSON.stringify(service) ? same : service;
  });
}

function nobody(areOthers: boolean): HTMLElement {
  if (areOthers) return element('p', { class: 'notice' }, 'No service fits.');
  const call = `curl ${new URL('../register', location.href).href} -H 'content-type: application/json' -d '{"service": "payments", "host": "10.0.0.5", "port": 8080}'`;
  return element(
    'div',
    { class: 'notice' },
    element('p', {}, 'Nobody is registered here. An instance registers so:'),
    element('pre', {}, call),
  );
}
