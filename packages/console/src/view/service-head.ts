/** What stands above everything about one service: where one is, and the way to its timeline. */
import { DEFAULT_NAMESPACE, hashOf, servicePlace, servicesPlace } from '../model/place.js';
import { element, said } from './element.js';

export function wayHere(...steps: readonly (readonly [text: string, hash: string])[]): HTMLElement {
  const items = steps.map(([text, hash]) => element('li', {}, element('a', { href: hash }, said(text))));
  return element('nav', { 'class': 'way', 'aria-label': 'Where you are' }, element('ol', {}, ...items));
}

export function wayToServices(namespace: string): readonly [text: string, hash: string] {
  return [namespace === DEFAULT_NAMESPACE ? 'Services' : `Services of ${namespace}`, hashOf(servicesPlace({ namespace }))];
}

export function tabs(namespace: string, service: string, here: 'instances' | 'timeline'): HTMLElement {
  const tab = (name: string, hash: string, isHere: boolean): HTMLElement =>
    element('a', { 'href': hash, 'aria-current': isHere ? 'page' : null }, name);
  return element(
    'nav',
    { 'class': 'tabs', 'aria-label': 'About this service' },
    tab('Instances', hashOf(servicePlace(namespace, service)), here === 'instances'),
    tab('Timeline', hashOf({ page: 'timeline', namespace, service }), here === 'timeline'),
  );
}
