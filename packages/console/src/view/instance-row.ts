/** One instance as a row of its service's table. */
import { hashOf } from '../model/place.js';
import type { Instance } from '../model/shapes.js';
import { standing } from './chips.js';
import { element, said } from './element.js';
import { spanElement } from './time.js';

/** Whoever has more of them is not to be as tall as the screen; all are on its own page. */
const TAGS_SHOWN = 8;

export function instanceRow(instance: Instance, nowMs: number): HTMLElement {
  const { namespace, service, id } = instance;
  const link = element('a', { href: hashOf({ page: 'instance', namespace, service, id }) }, said(id));
  const where = [instance.zone, instance.region, instance.version, instance.machine].filter((one) => one !== undefined);
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, link, element('span', { class: 'beneath' }, addressOf(instance))),
    element('td', {}, standing(instance), stateDetail(instance, nowMs)),
    element('td', { class: 'wide' }, checksOf(instance)),
    element('td', { class: 'wide' }, ...where.map((one) => said(one, { class: 'label' }))),
    element('td', { class: 'wide' }, ...someTags(instance)),
  );
}

export function addressOf({ host, port }: Instance): string {
  if (host === undefined) return port === undefined ? 'no address' : `port ${port}`;
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

/** By their names; the heartbeat with its ttl. */
export function checksOf({ ttl, checks = [] }: Pick<Instance, 'ttl' | 'checks'>): string {
  const heartbeat = ttl === 'none' ? [] : [`heartbeat ${ttl}`];
  const names = [...heartbeat, ...checks.map(({ name, type }) => name ?? type)];
  return names.length === 0 ? 'none' : names.join(', ');
}

type Detail = Pick<Instance, 'healthSince' | 'healthOutput' | 'modeReason' | 'modeBy'>;

/** Why it is so, who said it, and since when. */
export function stateDetail({ healthSince, healthOutput, modeReason, modeBy }: Detail, nowMs: number): HTMLElement {
  const mode = [modeReason, modeBy === undefined ? undefined : modeByText[modeBy]];
  const words = [mode.filter((one) => one !== undefined).join(' '), healthOutput]
    .filter((one) => one !== undefined && one !== '')
    .join('; ');
  const since = healthSince === undefined ? null : spanElement(healthSince, nowMs);
  return element(
    'span',
    { class: 'beneath output' },
    since,
    since === null || words === '' ? null : ': ',
    words === '' ? null : said(words),
  );
}

const modeByText = { instance: '(by itself)', operator: '(by an operator)', machine: '(as its machine)' } as const;

function someTags({ tags }: Instance): readonly HTMLElement[] {
  const shown = tags.slice(0, TAGS_SHOWN).map((tag) => said(tag, { class: 'label' }));
  const more = tags.length - shown.length;
  return more === 0 ? shown : [...shown, element('span', { class: 'beneath' }, `and ${more} more`)];
}
