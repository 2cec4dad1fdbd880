/** What happened to the instances of a service lately: also of one that has none any more. */
import { poll } from '../asking/poll.js';
import { AskError } from '../asking/registry.js';
import type { TimelinePlace } from '../model/place.js';
import type { Timeline } from '../model/shapes.js';
import { element, said } from './element.js';
import { happenings } from './happenings.js';
import { refusalNotice, type Page, type Surroundings } from './page.js';
import { tabs, wayHere, wayToServices } from './service-head.js';

const LOOK_MS = 2_000;

export function timelinePage({ namespace, service }: TimelinePlace, surroundings: Surroundings): Page {
  const { registry, clock, attention, signal } = surroundings;
  const content = element('div', {}, element('p', { class: 'aside' }, 'Asking…'));
  let shown = '';
  const ask = async (): Promise<void> => {
    try {
      const path = `services/${encodeURIComponent(service)}/timeline?namespace=${encodeURIComponent(namespace)}`;
      const answered = await registry.ask<Timeline>(path, signal);
      const events = JSON.stringify(answered?.body.events);
      if (answered === null || events === shown) return;
      shown = events;
      content.replaceChildren(happenings(answered.body, clock.wallMs(), false));
    } catch (error) {
      if (!(error instanceof AskError) || error.refusal === 'lost') return;
      shown = '';
      content.replaceChildren(refusalNotice(error));
      throw error;
    }
  };
  poll({ everyMs: LOOK_MS, ask, clock, attention, signal });
  const title = element('h1', { tabindex: -1 }, said(service));
  const made = element(
    'section',
    {},
    wayHere(wayToServices(namespace)),
    element('div', { class: 'headline' }, title),
    tabs(namespace, service, 'timeline'),
    content,
  );
  return { title: `Timeline of ${service}`, element: made };
}
