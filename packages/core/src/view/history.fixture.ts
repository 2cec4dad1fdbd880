/** Whatever may happen to a registry, in steps; and all that a view shows of it. */
import fc from 'fast-check';
import { isRollcallError } from '../errors.js';
import type { CatalogView } from '../face.js';
import type { openHouse } from '../registrar/house.fixture.js';
import { defaultNamespace, registration, someone } from '../catalog/instance.fixture.js';
import { MachineName } from '../catalog/names.js';
import type { Check } from '../catalog/registration.js';

type House = Awaited<ReturnType<typeof openHouse>>;

export const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(
    'register',
    'register',
    'deregister',
    'wait',
    'lose',
    'out',
    'drain',
    'in',
    'patch',
    'override',
    'machine',
    'no machine',
  ),
  id: fc.constantFrom('a', 'b', 'c'),
  service: fc.constantFrom('payments', 'Payments', 'orders'),
  weight: fc.nat({ max: 2 }),
});

const machineRef = { namespace: defaultNamespace, name: MachineName.parse('m') as MachineName };
const ill: Check = { id: 'c', type: 'heartbeat', ttlMs: 1000, born: 'critical' };

export interface Step {
  readonly act: string;
  readonly id: string;
  readonly service: string;
  readonly weight: number;
}

/** One may act on nobody: that is refused, and changes nothing. */
export async function take(house: House, { act, id, service, weight }: Step): Promise<void> {
  const { registrar, clock, store } = house;
  const one = registration({ id, service, weight, ttl: '1s', deregisterAfter: '2s', ...(weight === 0 ? {} : { machine: 'm' }) });
  const machine = { ...machineRef, addresses: {}, metadata: {}, checks: weight === 1 ? [ill] : [], origin: { face: 'test' } };
  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    'register': () => registrar.register(one, someone),
    'deregister': () => registrar.deregister(one, someone),
    'wait': () => clock.advance(1300),
    'lose': () => (store.loseWatchers(), clock.advance(1)),
    'out': () => registrar.setMode(one, { mode: 'out' }, someone),
    'drain': () => registrar.setMode(one, { mode: 'draining', drainTimeMs: 1000, owner: weight === 0 ? 'instance' : 'operator' }, someone),
    'in': () => registrar.setMode(one, { mode: 'in' }, someone),
    'patch': () => registrar.patch(one, { weight: 5 + weight, metadata: { a: weight === 0 ? null : 'x' } }, someone),
    'override': () => registrar.overrideStatus(one, weight === 0 ? null : { health: 'warning', reason: '' }, someone),
    'machine': () => registrar.putMachine(machine, someone),
    'no machine': () => registrar.removeMachine(machineRef, { instances: weight === 0 ? 'keep' : 'remove' }, someone),
  };
  await acts[act]?.().catch((error: unknown) => {
    if (!isRollcallError(error, 'not-found')) throw error;
  });
}

/** Everything that a view shows and that does not depend on when it began. */
export function shownBy(view: CatalogView): unknown {
  return {
    instances: byId([...view.allInstances(someone)]),
    services: view.services(defaultNamespace, someone),
    machines: view.machines(defaultNamespace, someone),
    on: byId(view.instancesOn(machineRef, someone)),
  };
}

function byId<One extends { readonly id: string; readonly service: string }>(instances: readonly One[]): One[] {
  return [...instances].sort((left, right) => (`${left.id}/${left.service}` < `${right.id}/${right.service}` ? -1 : 1));
}
