import { Namespace, ServiceName, type HealthFilter } from '@rollcall/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../shared/event-stream.js';
import { readService } from './answers.js';
import { FedFace, registration, tester } from './native.fixture.js';
import { watchService } from './watch.js';

interface Seen {
  readonly events: ServerEvent[];
  pulse: () => ServerEvent;
  stop: () => void;
}

const payments = ServiceName.parse('payments') as ServiceName;

let face: FedFace;
beforeEach(() => {
  face = new FedFace();
});

function watch(since: string | null = null, health: HealthFilter = 'rotation'): Seen {
  const seen: Seen = { events: [], pulse: () => ({}), stop: () => undefined };
  const sink = {
    send: (event: ServerEvent) => void seen.events.push(event),
    beat: (pulse: () => ServerEvent) => void (seen.pulse = pulse),
  };
  seen.stop = watchService(face.view, { namespace: Namespace.default, service: payments, health, since }, tester, sink);
  return seen;
}

describe('a watch', () => {
  it('begins with a snapshot, then tells every change, until it is stopped', async () => {
    await face.register(registration({ id: 'a' }), tester);
    const { events, stop } = watch();
    await face.register(registration({ id: 'b', service: 'Payments' }), tester);
    await face.register(registration({ id: 'c', service: 'orders' }), tester);
    await face.deregister(registration({ id: 'a' }), tester);
    stop();
    await face.register(registration({ id: 'd' }), tester);
    expect(events).toMatchObject([
      { event: 'snapshot', id: 'e1-2', data: { service: 'payments', revision: 2, instances: [{ id: 'a' }] } },
      { event: 'change', id: 'e1-3', data: { revision: 3, upserts: [{ id: 'b' }], removes: [] } },
      {
        event: 'change',
        id: 'e1-5',
        data: { revision: 5, upserts: [], removes: [{ namespace: 'default', service: 'payments', id: 'a' }] },
      },
    ]);
  });

  it('tells of leaving the rotation as of leaving, but for those who see everybody', async () => {
    const one = registration({ id: 'a' });
    await face.register(one, tester);
    const [some, all] = [watch(), watch(null, 'any')];
    face.becomes(one, 'critical');
    face.becomes(one, 'critical');
    face.becomes(one, 'warning');
    expect(some.events.slice(1)).toMatchObject([
      { data: { upserts: [], removes: [{ id: 'a' }] } },
      { data: { upserts: [{ health: 'warning' }] } },
    ]);
    expect(all.events.slice(1).length).toBe(3);
  });

  it('goes on where the reader stopped', async () => {
    await face.register(registration({ id: 'a' }), tester);
    await face.register(registration({ id: 'b' }), tester);
    expect(watch('e1-2').events).toMatchObject([{ event: 'change', id: 'e1-3', data: { upserts: [{ id: 'b' }] } }]);
    expect(watch('e1-3').events).toEqual([]);
  });

  it.each(['e0-2', 'e1-9', 'e1-0', 'e1', 'nonsense', 'e1--1', 'e1-2x'])(
    'says that it cannot go on from %s, and begins anew',
    async (since) => {
      await face.register(registration({ id: 'a' }), tester);
      expect(watch(since).events).toMatchObject([{ event: 'resync' }, { event: 'snapshot', id: 'e1-2' }]);
    },
  );

  it('begins anew when the view was read anew', () => {
    const { events } = watch();
    face.view.load({ epoch: 'e2', revision: 77, instances: [] });
    expect(events.slice(1)).toMatchObject([{ event: 'resync' }, { event: 'snapshot', id: 'e2-77' }]);
  });

  it('moves the reader’s place on while nothing happens to its service', async () => {
    const { pulse, events } = watch();
    await face.register(registration({ service: 'orders' }), tester);
    expect(events.length).toBe(1);
    expect(pulse()).toEqual({ comment: 'pulse', id: 'e1-2' });
  });

  it('shows at every event what a query would, also over any break', async () => {
    const step = fc.record({
      act: fc.constantFrom('register', 'deregister', 'critical', 'passing', 'break'),
      id: fc.constantFrom('a', 'b'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        face = new FedFace();
        let reader = watch();
        const known = new Map<string, unknown>();
        let at = follow(known, reader.events.splice(0), null);
        for (const { act, id } of steps) {
          const one = registration({ id });
          const present = face.view.instance(one, tester) !== undefined;
          if (act === 'register') await face.register(one, tester);
          else if (act === 'break') {
            reader.stop();
            reader = watch(at);
          } else if (present && act === 'deregister') await face.deregister(one, tester);
          else if (present && act !== 'deregister') face.becomes(one, act);
          at = follow(known, reader.events.splice(0), at);
          const { instances } = readService(face.view, { namespace: Namespace.default, service: payments, health: 'rotation' }, tester) as {
            instances: object[];
          };
          expect([...known.values()]).toEqual(expect.arrayContaining(instances));
          expect(known.size).toBe(instances.length);
        }
      }),
      { numRuns: 60 },
    );
  });
});

interface Data {
  readonly instances?: readonly { readonly id: string }[];
  readonly upserts?: readonly { readonly id: string }[];
  readonly removes?: readonly { readonly id: string }[];
}

/** What a reader does with the events; answers where it is now. */
function follow(known: Map<string, unknown>, events: readonly ServerEvent[], at: string | null): string | null {
  for (const { event, id, data } of events) {
    const { instances, upserts = [], removes = [] } = data as Data;
    if (event === 'snapshot') known.clear();
    for (const one of [...(instances ?? []), ...upserts]) known.set(one.id, one);
    for (const one of removes) known.delete(one.id);
    at = id ?? at;
  }
  return at;
}
