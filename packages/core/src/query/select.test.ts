import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeBatch, type ServiceChange } from '../view/feed.js';
import { defaultNamespace, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { bornCircumstances, instanceOf, type Instance } from '../catalog/instance.js';
import type { CatalogView } from '../face.js';
import { openHouse } from '../registrar/house.fixture.js';
import { inRotationQuery, type InstanceQuery } from './instance-query.js';
import { select, selectChange } from './select.js';

const payments = { namespace: defaultNamespace, service: serviceName('payments') };

function instance(id: string, like: Partial<Instance> & Readonly<Record<string, unknown>> = {}): Instance {
  const { health, mode, held, ...fields } = like;
  const one = registration({ id, ...fields });
  const born = instanceOf({ ...one, incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1 }, bornCircumstances);
  return { ...born, ...(health === undefined ? {} : { health }), ...(mode === undefined ? {} : { mode }), held: held === true };
}

/** As much of a view as selecting needs. */
function viewOf(instances: readonly Instance[], panic = false): CatalogView {
  const summary = { service: payments.service, instances: instances.length, inRotation: 0, held: 0, panic };
  return { instances: () => instances, service: () => summary } as unknown as CatalogView;
}

function selected(instances: readonly Instance[], query: Partial<InstanceQuery>, panic = false): string[] {
  return select(viewOf(instances, panic), payments, { ...inRotationQuery, ...query }, someone).instances.map(({ id }) => id);
}

const [well, slow, young, ill, away, leaving] = [
  instance('well'),
  instance('slow', { health: 'warning' }),
  instance('young', { health: 'starting' }),
  instance('ill', { health: 'critical' }),
  instance('away', { mode: 'out' }),
  instance('leaving', { mode: 'draining' }),
];
const fleet = [well, slow, young, ill, away, leaving];

describe('a selection', () => {
  it.each<[string, Partial<InstanceQuery>, boolean, string[]]>([
    ['who is in rotation', {}, false, ['well', 'slow']],
    ['in a panic, whoever could be called', {}, true, ['well', 'slow', 'ill']],
    ['everybody', { health: 'any' }, true, ['well', 'slow', 'young', 'ill', 'away', 'leaving']],
    ['the well ones, whatever their mode', { health: 'passing' }, true, ['well', 'away', 'leaving']],
    ['those with a warning', { health: 'warning' }, true, ['slow']],
    ['the young ones', { health: 'starting' }, false, ['young']],
    ['the ill ones', { health: 'critical' }, false, ['ill']],
    ['the first of them', { health: 'any', limit: 2 }, false, ['well', 'slow']],
  ])('of %s', (_what, query, panic, expected) => expect(selected(fleet, query, panic)).toEqual(expected));

  it('marks a panic, but not where an explicit health was asked for', () => {
    const panicOf = (health: InstanceQuery['health']): boolean =>
      select(viewOf(fleet, true), payments, { ...inRotationQuery, health }, someone).panic;
    expect((['rotation', 'any', 'critical'] as const).map(panicOf)).toEqual([true, false, false]);
  });

  const all = [
    instance('1', { zone: 'a', region: 'eu', tags: ['x', 'y'], version: '1', metadata: { team: 'core' } }),
    instance('2', { zone: 'b', region: 'eu', tags: ['x'], version: '2', metadata: { team: 'core', extra: '1' } }),
    instance('3', { zone: 'a', region: 'us', tags: ['y'] }),
    instance('4', { zone: 'c', region: 'us' }),
    instance('5'),
  ];

  it.each<[string, Partial<InstanceQuery>, string[]]>([
    ['a tag', { tags: ['x'] }, ['1', '2']],
    ['several tags, all of them', { tags: ['x', 'y'] }, ['1']],
    ['a version', { version: '2' }, ['2']],
    ['a zone', { zone: 'a' }, ['1', '3']],
    ['metadata', { metadata: { team: 'core' } }, ['1', '2']],
    ['metadata, all of it', { metadata: { team: 'core', extra: '1' } }, ['2']],
    ['metadata that everything inherits', { metadata: { toString: '1' } }, []],
    ['nearness to a zone, whose region others share', { near: { zone: 'b', region: null } }, ['2', '1', '3', '4', '5']],
    ['nearness to a zone of one region', { near: { zone: 'a', region: 'us' } }, ['3', '4', '1', '2', '5']],
    ['nearness to where nobody is', { near: { zone: 'z', region: 'us' } }, ['3', '4', '1', '2', '5']],
    ['nearness, and no more than asked for', { near: { zone: 'c', region: null }, limit: 2 }, ['4', '3']],
  ])('by %s', (_what, query, expected) => expect(selected(all, query)).toEqual(expected));
});

describe('a change as one who selects sees it', () => {
  const change = (previous: Instance | null, current: Instance | null, panic = { before: false, after: false }): ServiceChange => {
    const [service] = changeBatch(1, [{ ref: (previous ?? current) as Instance, previous, current }]).services;
    return { ...(service as ServiceChange), panic };
  };
  const seen = (one: ServiceChange, query: Partial<InstanceQuery>, view = viewOf([])): unknown => {
    const { upserts, removes, panic } = selectChange(view, one, { ...inRotationQuery, ...query }, someone);
    return [upserts.map(({ id }) => id), removes.map(({ id }) => id), panic];
  };
  const wellIll = instance('well', { health: 'critical' });

  it.each<[string, ServiceChange, Partial<InstanceQuery>, unknown]>([
    ['an arrival', change(null, well), {}, [['well'], [], false]],
    ['an update', change(well, well), {}, [['well'], [], false]],
    ['a departure', change(well, null), {}, [[], ['well'], false]],
    ['leaving the rotation', change(well, wellIll), {}, [[], ['well'], false]],
    ['coming back', change(wellIll, well), {}, [['well'], [], false]],
    ['what stays outside', change(wellIll, wellIll), {}, [[], [], false]],
    ['departing from outside', change(wellIll, null), {}, [[], [], false]],
    ['anything, by whoever wants everybody', change(well, wellIll), { health: 'any' }, [['well'], [], false]],
    ['losing a tag', change(instance('well', { tags: ['x'] }), well), { tags: ['x'] }, [[], ['well'], false]],
    ['leaving the rotation in a panic', change(well, wellIll, { before: true, after: true }), {}, [['well'], [], true]],
  ])('%s', (_what, one, query, expected) => expect(seen(one, query)).toEqual(expected));

  it('says everybody anew when a panic begins, and takes away whom nobody believes in when it ends', () => {
    const view = viewOf([wellIll, slow, ill, young]);
    expect(seen(change(well, wellIll, { before: false, after: true }), {}, view)).toEqual([['well', 'slow', 'ill'], [], true]);
    const healed = viewOf([well, slow, ill, young]);
    expect(seen(change(wellIll, well, { before: true, after: false }), {}, healed)).toEqual([['well', 'slow'], ['ill'], false]);
  });

  it('is nothing of a panic to whoever asked for a health', () => {
    expect(seen(change(well, wellIll, { before: false, after: true }), { health: 'any' }, viewOf([wellIll, slow]))).toEqual([
      ['well'],
      [],
      false,
    ]);
  });

  it('adds up to what a selection would answer', async () => {
    const step = fc.record({
      act: fc.constantFrom('register', 'register', 'deregister', 'critical', 'passing', 'out', 'in'),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const house = await openHouse();
        const { registrar, view } = house;
        await registrar.setPanicRule(payments, { eligibleMin: 2, belowShare: 0.6 }, someone);
        const held = new Map<string, boolean>();
        const changed = ({ services }: { readonly services: readonly ServiceChange[] }): void => {
          for (const one of services) {
            const { upserts, removes, panic } = selectChange(view, one, inRotationQuery, someone);
            for (const { id } of removes) held.delete(id);
            for (const { id } of upserts) held.set(id, panic);
          }
        };
        view.follow({ changed, reset: () => undefined }, someone, { ...payments, services: [payments.service] });
        for (const { act, id } of steps) {
          const one = registration({ id });
          const acts: Readonly<Record<string, () => Promise<unknown>>> = {
            register: () => registrar.register(one, someone),
            deregister: () => registrar.deregister(one, someone),
            critical: () => registrar.heartbeat(one, someone, { status: 'critical' }),
            passing: () => registrar.heartbeat(one, someone, { status: 'passing' }),
            out: () => registrar.setMode(one, { mode: 'out' }, someone),
            in: () => registrar.setMode(one, { mode: 'in' }, someone),
          };
          await acts[act]?.().catch(() => undefined);
          const { instances, panic } = select(view, payments, inRotationQuery, someone);
          expect(held).toEqual(new Map(instances.map(({ id: each }) => [each, panic])));
        }
        await house.close();
      }),
      { numRuns: 60 },
    );
  });
});
