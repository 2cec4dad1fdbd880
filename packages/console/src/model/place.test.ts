import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, machinesPlace, placeOf, servicePlace, servicesPlace, type Place } from './place.js';
import type { StateFilter } from './state.js';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~:-]{0,20}$/);
const namespace = fc.stringMatching(/^[a-z0-9]{1,10}$/);
const id = fc.string({ minLength: 1, unit: 'grapheme' });
const search = fc.string({ unit: 'grapheme' });
const sheet = fc.integer({ min: 1, max: 9_999_999 });
const state = fc.constantFrom<StateFilter[]>('all', 'rotation', 'passing', 'critical', 'draining', 'out', 'held', 'flapping');

const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ page: fc.constantFrom('services' as const, 'machines' as const), namespace, search, troubled: fc.boolean(), sheet }),
  fc.record({ page: fc.constant('nodes' as const), namespace }),
  fc.record({ page: fc.constant('service' as const), namespace, service: name, search, state, sheet }),
  fc.record({ page: fc.constant('timeline' as const), namespace, service: name }),
  fc.record({ page: fc.constant('instance' as const), namespace, service: name, id }),
);

describe('a place', () => {
  it('comes back from its address', () => {
    fc.assert(
      fc.property(place, (one) => {
        expect(placeOf(hashOf(one))).toEqual(one);
      }),
    );
  });

  it('survives a browser, which writes an address in its own way', () => {
    fc.assert(
      fc.property(place, (one) => {
        expect(placeOf(new URL(hashOf(one), 'http://localhost/ui/').hash)).toEqual(one);
      }),
    );
  });

  it.each([
    [servicesPlace(), '#/'],
    [servicesPlace({ namespace: 'blue', troubled: true, sheet: 2 }), '#/?namespace=blue&troubled=yes&sheet=2'],
    [machinesPlace({ search: 'rack' }), '#/machines?search=rack'],
    [{ page: 'nodes', namespace: 'blue' } as const, '#/nodes?namespace=blue'],
    [servicePlace('default', 'payments'), '#/services/payments'],
    [servicePlace('default', 'payments', { state: 'critical', search: 'a b' }), '#/services/payments?search=a+b&state=critical'],
    [{ page: 'timeline', namespace: 'default', service: 'payments' } as const, '#/services/payments/timeline'],
    [{ page: 'instance', namespace: 'default', service: 'payments', id: 'a/b?#' } as const, '#/services/payments/instances/a%2Fb%3F%23'],
  ])('%j is %s', (one, hash) => {
    expect(hashOf(one)).toBe(hash);
  });

  it.each(['', '#', '#/', '#nonsense', '#/services', '#/services/', '#/services/a/instances', '#/services/a/b/c/d', '#/a/%zz'])(
    'that is none (%s) is the services',
    (hash) => {
      expect(placeOf(hash)).toEqual(servicesPlace());
    },
  );

  it('is not more than it may be', () => {
    expect(placeOf('#/services/a?state=dancing&sheet=-1')).toEqual(servicePlace('default', 'a'));
    expect(placeOf('#/services/%E0%A4%A')).toMatchObject({ page: 'service', service: '%E0%A4%A' });
  });

  it('is always one, whatever the address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(placeOf(`#${text}`).page).toBeTypeOf('string');
      }),
    );
  });
});
