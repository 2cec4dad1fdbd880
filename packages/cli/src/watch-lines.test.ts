import type { Change, Instance, WatchEvent } from '@rollcall/client';
import { describe, expect, it } from 'vitest';
import { WatchLines } from './watch-lines.js';

const instance = (id: string, more: Partial<Instance> = {}): Instance => ({
  namespace: 'default',
  service: 'payments',
  id,
  host: '10.0.0.5',
  port: 80,
  ports: {},
  tags: [],
  metadata: {},
  weight: 1,
  ttl: '30s',
  deregisterAfter: '90s',
  mode: 'in',
  health: 'passing',
  incarnation: 1,
  registeredAt: '',
  revision: 1,
  ...more,
});
const snapshot = (...instances: Instance[]): WatchEvent => ({
  event: 'snapshot',
  cursor: 'e-1',
  revision: 1,
  services: [{ service: 'payments', revision: 1, instances }],
});
const change = (upserts: Instance[], removes: Change['removes'] = []): WatchEvent => ({
  event: 'change',
  cursor: 'e-2',
  revision: 2,
  upserts,
  removes,
});
const told = (lines: WatchLines, event: WatchEvent): readonly string[] =>
  lines.take(event).map(({ sign, id, text }) => `${sign} ${id} ${text}`);

describe('what a watcher is told', () => {
  it('is who came, who went, and what is different', () => {
    const lines = new WatchLines();
    expect(told(lines, snapshot(instance('a'), instance('b')))).toEqual(['+ a 10.0.0.5:80  passing', '+ b 10.0.0.5:80  passing']);
    expect(told(lines, change([instance('a', { health: 'warning', mode: 'out' }), instance('c', { mode: 'draining' })]))).toEqual([
      '~ a health passing → warning, mode in → out',
      '+ c 10.0.0.5:80  passing  draining',
    ]);
    expect(told(lines, change([], [instance('b')]))).toEqual(['- b 10.0.0.5:80']);
  });

  it('is nothing where nothing is different that callers care about', () => {
    const lines = new WatchLines();
    lines.take(snapshot(instance('a')));
    expect(told(lines, change([instance('a', { revision: 9, registeredAt: 'later' })]))).toEqual([]);
    expect(told(lines, change([], [instance('nobody')]))).toEqual([]);
  });

  it('is after a gap only what is different since', () => {
    const lines = new WatchLines();
    lines.take(snapshot(instance('a'), instance('b')));
    expect(told(lines, { event: 'resync', reason: 'why' })).toEqual([]);
    expect(told(lines, snapshot(instance('b', { weight: 7, service: 'Payments' }), instance('c')))).toEqual([
      '- a 10.0.0.5:80',
      '~ b weight 1 → 7',
      '+ c 10.0.0.5:80  passing',
    ]);
  });
});
