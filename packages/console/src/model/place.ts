/** Where one is in the console, as the address bar has it behind its `#`: so that a place can be kept, shared, and gone back to. */
import { isStateFilter, type StateFilter } from './state.js';

export interface ServicesPlace {
  readonly page: 'services';
  readonly namespace: string;
  readonly search: string;
  /** Only those of which somebody is not in rotation. */
  readonly troubled: boolean;
  readonly sheet: number;
}

export interface MachinesPlace {
  readonly page: 'machines';
  readonly namespace: string;
  readonly search: string;
  /** Only those that are not in, or not well. */
  readonly troubled: boolean;
  readonly sheet: number;
}

/** Its nodes are the registry's, and of no namespace; the one that one came from is kept. */
interface NodesPlace {
  readonly page: 'nodes';
  readonly namespace: string;
}

export interface ServicePlace {
  readonly page: 'service';
  readonly namespace: string;
  readonly service: string;
  readonly search: string;
  readonly state: StateFilter;
  readonly sheet: number;
}

export interface TimelinePlace {
  readonly page: 'timeline';
  readonly namespace: string;
  readonly service: string;
}

export interface InstancePlace {
  readonly page: 'instance';
  readonly namespace: string;
  readonly service: string;
  readonly id: string;
}

/** Lists of what is in a namespace. */
export type NamedPlace = ServicesPlace | MachinesPlace;

export type Place = NamedPlace | NodesPlace | ServicePlace | TimelinePlace | InstancePlace;

export const DEFAULT_NAMESPACE = 'default';

export function servicesPlace(given: Partial<ServicesPlace> = {}): ServicesPlace {
  return { page: 'services', namespace: DEFAULT_NAMESPACE, search: '', troubled: false, sheet: 1, ...given };
}

export function machinesPlace(given: Partial<MachinesPlace> = {}): MachinesPlace {
  return { page: 'machines', namespace: DEFAULT_NAMESPACE, search: '', troubled: false, sheet: 1, ...given };
}

export function servicePlace(namespace: string, service: string, given: Partial<ServicePlace> = {}): ServicePlace {
  return { page: 'service', namespace, service, search: '', state: 'all', sheet: 1, ...given };
}

/** What leads nowhere leads to the services. `hash` with its `#`, or empty. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = split(hash.replace(/^#/, ''), '?');
  const asked = new URLSearchParams(query);
  const namespace = asked.get('namespace') ?? DEFAULT_NAMESPACE;
  const search = asked.get('search') ?? '';
  const sheet = sheetOf(asked.get('sheet'));
  const [, first, service, then, id, ...rest] = path.split('/').map(decoded);
  if (first === 'services' && service !== undefined && service !== '' && rest.length === 0) {
    if (then === undefined) return { page: 'service', namespace, service, search, state: stateIn(asked), sheet };
    if (then === 'timeline' && id === undefined) return { page: 'timeline', namespace, service };
    if (then === 'instances' && id !== undefined && id !== '') return { page: 'instance', namespace, service, id };
  }
  if (service === undefined && first === 'nodes') return { page: 'nodes', namespace };
  const page = service === undefined && first === 'machines' ? 'machines' : 'services';
  return { page, namespace, search, troubled: asked.has('troubled'), sheet };
}

/** The other way round: `placeOf(hashOf(place))` is the place. What is as usual is left out. */
export function hashOf(place: Place): string {
  const query = new URLSearchParams();
  if (place.namespace !== DEFAULT_NAMESPACE) query.set('namespace', place.namespace);
  if ('search' in place && place.search !== '') query.set('search', place.search);
  if (place.page === 'service' && place.state !== 'all') query.set('state', place.state);
  if ('troubled' in place && place.troubled) query.set('troubled', 'yes');
  if ('sheet' in place && place.sheet !== 1) query.set('sheet', String(place.sheet));
  const asked = query.toString();
  return `#${pathOf(place)}${asked === '' ? '' : `?${asked}`}`;
}

function pathOf(place: Place): string {
  if (place.page === 'services') return '/';
  if (place.page === 'machines' || place.page === 'nodes') return `/${place.page}`;
  const service = `/services/${encodeURIComponent(place.service)}`;
  if (place.page === 'timeline') return `${service}/timeline`;
  return place.page === 'instance' ? `${service}/instances/${encodeURIComponent(place.id)}` : service;
}

function stateIn(asked: URLSearchParams): StateFilter {
  const state = asked.get('state') ?? '';
  return isStateFilter(state) ? state : 'all';
}

function sheetOf(text: string | null): number {
  return text !== null && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 1;
}

function split(text: string, by: string): readonly string[] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** As it came, where it is no such text. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
