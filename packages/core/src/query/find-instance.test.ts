import { beforeAll, describe, expect, it } from 'vitest';
import { defaultNamespace, instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { openHouse, type House } from '../registrar/house.fixture.js';
import { findInstance } from './find-instance.js';

describe('findInstance', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
    for (const [service, id] of [
      ['payments', 'one'],
      ['orders', 'one'],
      ['orders', 'two'],
    ] as const) {
      await house.registrar.register(registration({ service, id }), someone);
    }
  });

  const find = (id: string, service: string | null): string =>
    findInstance(
      house.view,
      { namespace: defaultNamespace, id: instanceId(id), service: service === null ? null : serviceName(service) },
      someone,
    ).service;

  it('takes an id that only one has', () => expect(find('two', null)).toBe('orders'));
  it('takes an id that several have with its service, in any spelling', () => expect(find('one', 'PAYMENTS')).toBe('payments'));
  it('finds nobody where nobody is', () => expect(() => find('three', null)).toThrow(expect.objectContaining({ code: 'not-found' })));
  it('finds nobody in another service', () =>
    expect(() => find('two', 'payments')).toThrow(expect.objectContaining({ code: 'not-found' })));
  it('names the candidates where several are, in the order of their services', () => {
    const candidates = ['orders', 'payments'].map((service) => ({ namespace: 'default', service, id: 'one' }));
    expect(() => find('one', null)).toThrow(expect.objectContaining({ code: 'ambiguous-id', details: { candidates } }));
  });
});
