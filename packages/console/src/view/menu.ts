/** The ways to what a registry has: they stand above every page, and stay in the namespace that one is in. */
import { hashOf, machinesPlace, servicesPlace, type Place } from '../model/place.js';
import { element, setAttribute } from './element.js';

const names = { services: 'Services', machines: 'Machines', nodes: 'Nodes' } as const;

type Way = keyof typeof names;

export class Menu {
  readonly element: HTMLElement;
  readonly #links: Readonly<Record<Way, HTMLAnchorElement>>;

  constructor() {
    const link = (way: Way): HTMLAnchorElement => element('a', {}, names[way]);
    this.#links = { services: link('services'), machines: link('machines'), nodes: link('nodes') };
    this.element = element('nav', { 'class': 'menu', 'aria-label': 'All of the registry' }, ...Object.values(this.#links));
  }

  show(place: Place): void {
    const { namespace } = place;
    const ways: Readonly<Record<Way, Place>> = {
      services: servicesPlace({ namespace }),
      machines: machinesPlace({ namespace }),
      nodes: { page: 'nodes', namespace },
    };
    for (const way of Object.keys(names) as readonly Way[]) {
      setAttribute(this.#links[way], 'href', hashOf(ways[way]));
      setAttribute(this.#links[way], 'aria-current', isWithin(place, way));
    }
  }
}

/** Whatever belongs to a service is among the services. */
function isWithin({ page }: Place, way: Way): string | null {
  if (page === way) return 'page';
  return way === 'services' && page !== 'machines' && page !== 'nodes' ? 'true' : null;
}
