/** What happened, the newest first: of a service, or of one instance. */
import { hashOf } from '../model/place.js';
import type { Timeline, TimelineEvent } from '../model/shapes.js';
import { chip } from './chips.js';
import { element, said } from './element.js';
import { clockTime } from './time.js';

const kinds: Readonly<Record<TimelineEvent['what'], string>> = {
  'registered': 'passing',
  'registered-again': 'passing',
  'health': 'starting',
  'check': 'starting',
  'checks': 'starting',
  'mode': 'draining',
  'override': 'draining',
  'patched': 'starting',
  'held': 'held',
  'let-go': 'held',
  'departed': 'out',
};

/** `alone`: all are of one instance, which need not be named again and again. */
export function happenings({ namespace, service, node, since, events }: Timeline, nowMs: number, alone: boolean): HTMLElement {
  const items = events.map((event) => {
    const { at, id, what, text, by, face } = event;
    const who = alone ? null : element('a', { href: hashOf({ page: 'instance', namespace, service, id }) }, said(id));
    const through = face === undefined || face === '' ? '' : ` through ${face}`;
    return element(
      'li',
      {},
      clockTime(at, nowMs),
      element('span', { class: 'happened' }, chip(what, kinds[what] ?? 'starting'), ' ', who, ' ', said(text)),
      element('span', { class: 'beneath' }, `by ${byText[by] ?? by}${through}`),
    );
  });
  const note = element(
    'p',
    { class: 'aside' },
    `As ${node} saw it since `,
    clockTime(since, nowMs),
    events.length === 0 ? ': nothing.' : '.',
  );
  return element('div', {}, element('ol', { class: 'timeline' }, ...items), note);
}

const byText: Readonly<Record<TimelineEvent['by'], string>> = {
  instance: 'the instance',
  operator: 'an operator',
  machine: 'its machine',
  registry: 'the registry',
  caller: 'somebody who asked for it',
};
