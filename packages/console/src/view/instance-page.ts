/** One instance: why it is in rotation or is not, how its checks stand, what it says of itself, and what happened to it. */
import { poll } from '../asking/poll.js';
import { AskError } from '../asking/registry.js';
import { hashOf, servicePlace, type InstancePlace } from '../model/place.js';
import type { Instance, Timeline, Why, WhyCheck, WhyReason } from '../model/shapes.js';
import { notesOf, stateOf } from '../model/state.js';
import { CheckCard } from './check-card.js';
import { chip, standing } from './chips.js';
import { element, said, type Child } from './element.js';
import { factsOf } from './facts.js';
import { happenings } from './happenings.js';
import { refusalNotice, type Page, type Surroundings } from './page.js';
import { Part } from './part.js';
import { wayHere, wayToServices } from './service-head.js';
import { spanElement, untilElement } from './time.js';

const LOOK_MS = 2_000;
const EVENTS_SHOWN = 50;

export function instancePage(place: InstancePlace, surroundings: Surroundings): Page {
  return { title: `${place.id} of ${place.service}`, element: new InstancePage(place, surroundings).element };
}

class InstancePage {
  readonly element: HTMLElement;
  readonly #place: InstancePlace;
  readonly #surroundings: Surroundings;
  readonly #standing = new Part({ 'class': 'inline', 'aria-live': 'polite' });
  /** By what they are of and their names. */
  readonly #cards = new Map<string, CheckCard>();
  readonly #parts = { why: new Part(), checks: new Part(), facts: new Part(), timeline: new Part() };

  constructor(place: InstancePlace, surroundings: Surroundings) {
    this.#place = place;
    this.#surroundings = surroundings;
    const { clock, attention, signal } = surroundings;
    const { namespace, service, id } = place;
    const { why, checks, facts, timeline } = this.#parts;
    this.element = element(
      'section',
      {},
      wayHere(wayToServices(namespace), [service, hashOf(servicePlace(namespace, service))]),
      element('div', { class: 'headline' }, element('h1', { tabindex: -1 }, said(id)), this.#standing.element),
      why.element,
      checks.element,
      facts.element,
      timeline.element,
    );
    poll({ everyMs: LOOK_MS, ask: () => this.#askWhy(), clock, attention, signal });
    poll({ everyMs: LOOK_MS, ask: () => this.#askInstance(), clock, attention, signal });
    poll({ everyMs: LOOK_MS, ask: () => this.#askTimeline(), clock, attention, signal });
  }

  async #askWhy(): Promise<void> {
    const { why, checks } = this.#parts;
    const nowMs = this.#surroundings.clock.wallMs();
    const answer = await this.#ask<Why>(`instances/${this.#id}/why?${this.#named}`, (error) => refuse(why, error));
    if (answer === null) return;
    const { inRotation, summary, reasons, backWhen, departed } = answer;
    why.show(JSON.stringify([inRotation, summary, reasons, backWhen, departed]), () => verdict(answer, nowMs));
    const cards = answer.checks.map((check) => this.#card(check, nowMs));
    checks.show(`${answer.checks.map(keyOf).join(' ')} ${firstHandText(answer)}`, () =>
      cards.length === 0 ? [] : [element('h2', {}, 'Checks'), ...cards, element('p', { class: 'aside' }, firstHandText(answer))],
    );
  }

  #card(check: WhyCheck, nowMs: number): HTMLElement {
    const key = keyOf(check);
    const card = this.#cards.get(key) ?? new CheckCard(check);
    this.#cards.set(key, card);
    card.show(check, nowMs);
    return card.element;
  }

  async #askInstance(): Promise<void> {
    const { facts } = this.#parts;
    const nowMs = this.#surroundings.clock.wallMs();
    const answer = await this.#ask<Instance>(`instances/${this.#id}?${this.#named}`, ({ refusal }) => {
      if (refusal === 'missing') this.#standing.show('gone', () => [chip('not here', 'out')]);
    });
    if (answer === null) return;
    this.#standing.show([stateOf(answer), ...notesOf(answer)].join(), () => [standing(answer)]);
    facts.show(JSON.stringify(answer), () => [element('h2', {}, 'What is known of it'), factsOf(answer, nowMs)]);
  }

  async #askTimeline(): Promise<void> {
    const { timeline } = this.#parts;
    const service = encodeURIComponent(this.#place.service);
    const path = `services/${service}/timeline?${this.#inNamespace}&id=${this.#id}&limit=${EVENTS_SHOWN}`;
    const answer = await this.#ask<Timeline>(path, () => undefined);
    if (answer === null) return;
    const nowMs = this.#surroundings.clock.wallMs();
    timeline.show(JSON.stringify(answer.events), () => [element('h2', {}, 'Timeline'), happenings(answer, nowMs, true)]);
  }

  /** Rejects with what was refused, after that was shown. What was shown before stays as long as nobody answers. */
  async #ask<Body>(path: string, refused: (error: AskError) => void): Promise<Body | null> {
    const { registry, signal } = this.#surroundings;
    try {
      return (await registry.ask<Body>(path, signal))?.body ?? null;
    } catch (error) {
      if (error instanceof AskError && error.refusal !== 'lost') refused(error);
      throw error;
    }
  }

  get #id(): string {
    return encodeURIComponent(this.#place.id);
  }

  get #named(): string {
    return `service=${encodeURIComponent(this.#place.service)}&${this.#inNamespace}`;
  }

  get #inNamespace(): string {
    return `namespace=${encodeURIComponent(this.#place.namespace)}`;
  }
}

/** Of heartbeats and probes each node tells what it knows itself. */
function firstHandText({ node, onDuty }: Why): string {
  return onDuty === undefined || onDuty === node ? '' : `As ${node} knows it. ${onDuty} looks after it, and knows it first hand.`;
}

function refuse(part: Part, error: AskError): void {
  part.show(error.message, () => [refusalNotice(error)]);
}

function keyOf({ of, name }: WhyCheck): string {
  return `${of}/${name}`;
}

function verdict({ inRotation, answered, summary, reasons, backWhen }: Why, nowMs: number): readonly HTMLElement[] {
  const items = reasons.map((reason) =>
    element('li', {}, said(reason.text), element('span', { class: 'beneath' }, ...circumstancesOf(reason, nowMs))),
  );
  const back = backWhen.map((one) => element('li', {}, said(one)));
  const kind = inRotation ? 'is-passing' : answered ? 'is-warning' : 'is-critical';
  return [
    element('div', { class: `verdict ${kind}` }, element('p', {}, said(summary))),
    ...(items.length === 0 ? [] : [element('h2', {}, 'Why'), element('ol', { class: 'reasons' }, ...items)]),
    ...(back.length === 0 ? [] : [element('h2', {}, 'What would put it back'), element('ul', { class: 'reasons' }, ...back)]),
  ];
}

/** Since when it is so, when it ends, and by what. */
function circumstancesOf({ since, until, remedy }: WhyReason, nowMs: number): readonly Child[] {
  const all: readonly (readonly Child[])[] = [
    since === undefined ? [] : [spanElement(since, nowMs)],
    until === undefined ? [] : [untilElement(until, nowMs)],
    remedy === undefined ? [] : ['ended by ', said(remedy)],
  ];
  return all.filter((one) => one.length > 0).flatMap((one, at) => (at === 0 ? one : [' · ', ...one]));
}
