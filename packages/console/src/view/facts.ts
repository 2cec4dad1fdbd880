/** What an instance said of itself, and what the registry keeps about it. */
import type { Instance } from '../model/shapes.js';
import { element, said, type Child } from './element.js';
import { addressOf, checksOf } from './instance-row.js';
import { clockTime } from './time.js';

export function factsOf(instance: Instance, nowMs: number): HTMLElement {
  const { ports, tags, metadata, weight, zone, region, version, machine, deregisterAfter, incarnation, registeredAt, revision } = instance;
  const text = (value: string | undefined): Child => (value === undefined ? null : said(value));
  const rows: readonly (readonly [name: string, value: Child])[] = [
    ['Address', said(addressOf(instance))],
    ['Further ports', list(Object.entries(ports).map(([name, port]) => `${name} ${port}`))],
    ['Tags', list(tags)],
    ['Metadata', pairs(metadata)],
    ['Version', text(version)],
    ['Zone', text(zone)],
    ['Region', text(region)],
    ['Machine', text(machine)],
    ['Weight', String(weight)],
    ['Checks', checksOf(instance)],
    ['Departs', deregisterAfter === 'none' ? 'never by itself' : `when critical for ${String(deregisterAfter)}`],
    ['Registered', clockTime(registeredAt, nowMs)],
    ['Incarnation', String(incarnation)],
    ['Revision', String(revision)],
  ];
  const shown = rows.filter(([, value]) => value !== null).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('dl', { class: 'facts' }, ...shown);
}

function list(texts: readonly string[]): Child {
  return texts.length === 0 ? null : element('span', { class: 'chips' }, ...texts.map((text) => said(text, { class: 'label' })));
}

function pairs(metadata: Instance['metadata']): Child {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return null;
  const rows = entries.map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, said(name)), element('td', {}, said(value))),
  );
  return element('table', { class: 'pairs' }, element('tbody', {}, ...rows));
}
