/** All services, with how many instances they have and how many of these are in rotation. */
import { counted, numberText } from '../model/banner.js';
import { servicePlace, hashOf, type ServicesPlace } from '../model/place.js';
import { contains, wordsOf } from '../model/search.js';
import type { Services, ServiceSummary } from '../model/shapes.js';
import { AskedList } from './asked-list.js';
import { chip } from './chips.js';
import { element, said } from './element.js';
import { namespaceChoice } from './namespace-choice.js';
import type { Page, Surroundings } from './page.js';
import { searchField } from './search-field.js';
import { troubledSwitch } from './troubled-switch.js';

const LOOK_MS = 2_000;

export function servicesPage(first: ServicesPlace, surroundings: Surroundings): Page {
  let place = first;
  const { namespace } = first;
  const move = (change: Partial<ServicesPlace>): void => {
    place = { ...place, ...change };
    surroundings.moved(place);
    list.show();
  };
  const list = new AskedList<Services, ServiceSummary>(
    {
      title: 'Services',
      tools: [
        searchField('Search for a service', first.search, (search) => move({ search, sheet: 1 }), surroundings.signal),
        troubledSwitch(first.troubled, (troubled) => move({ troubled, sheet: 1 })),
        namespaceChoice(() => place, surroundings),
      ],
      columns: [{ title: 'Service' }, { title: 'In rotation', kind: 'number' }, { title: 'Share', kind: 'wide' }, { title: 'Notes' }],
      path: `services?namespace=${encodeURIComponent(namespace)}`,
      everyMs: LOOK_MS,
      itemsOf: ({ services }) => services,
      keyOf: ({ service }) => service,
      rowOf: (service) => rowOf(service, namespace),
      summaryOf,
      wanted: () => {
        const words = wordsOf(place.search);
        return (service) => (!place.troubled || isTroubled(service)) && contains(service.service.toLowerCase(), words);
      },
      nobody,
      sheet: () => place.sheet,
      turn: (sheet) => move({ sheet }),
    },
    surroundings,
  );
  return { title: 'Services', element: list.element };
}

function rowOf(service: ServiceSummary, namespace: string): HTMLElement {
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

function isTroubled({ instances, inRotation, held = 0, panic = false }: ServiceSummary): boolean {
  return inRotation < instances || held > 0 || panic;
}

function summaryOf(services: readonly ServiceSummary[]): string {
  const instances = services.reduce((sum, service) => sum + service.instances, 0);
  const inRotation = services.reduce((sum, service) => sum + service.inRotation, 0);
  const all = `${counted(services.length, 'service', 'services')}, ${counted(instances, 'instance', 'instances')}`;
  return instances === 0 ? all : `${all}, ${numberText(inRotation)} in rotation`;
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
