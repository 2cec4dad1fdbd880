import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openHouse } from '../registrar/house.fixture.js';
import type { CatalogView } from '../face.js';
import type { Log } from '../ports/log.js';
import type { EncodedSink } from '../records/encoded.js';
import type { ChangeBatch } from './feed.js';
import { shownBy, step, take } from './history.fixture.js';
import { anyServiceName, defaultNamespace, instanceId, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { isInRotation } from '../catalog/instance.js';
import { recordKey } from '../records/keys.js';
import { LogReader } from './log-reader.js';
import { Projection } from './projection.js';
import { encodeUtf8 } from '../records/utf8.js';

/** What a view counts is what there is. */
function checkCounts(view: CatalogView): void {
  for (const { service, instances, inRotation } of view.services(defaultNamespace, someone)) {
    const all = view.instances(defaultNamespace, service, someone);
    expect([instances, inRotation]).toEqual([all.length, all.filter(isInRotation).length]);
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort());
    for (const one of all) expect(view.instancesById(defaultNamespace, one.id, someone)).toContain(one);
  }
}

describe('the catalog', () => {
  it('shows after any history what a reading from scratch shows, here and where it was copied to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const house = await openHouse();
        const copy = new Projection();
        const reader = new LogReader({ store: house.store.asStore, sink: copying(copy), clock: house.clock, log: silent });
        await reader.start();
        for (const one of steps) await take(house, one);

        const fresh = await openHouse({ store: house.store, clock: house.clock });
        expect(shownBy(house.view)).toEqual(shownBy(fresh.view));
        expect(shownBy(copy)).toEqual(shownBy(fresh.view));
        checkCounts(house.view);
        reader.close();
        await house.close();
        await fresh.close();
      }),
      { numRuns: 150 },
    );
  });

  it('tells every change once, with what was before', async () => {
    const house = await openHouse();
    const told: ChangeBatch[] = [];
    house.view.follow({ changed: (batch) => void told.push(batch), reset: () => undefined }, someone);
    await house.registrar.register(registration(), someone);
    await house.registrar.register(registration({ weight: 2 }), someone);
    await house.registrar.deregister(registration(), someone);
    expect(told.map(({ changes }) => changes.map(({ previous, current }) => [previous?.weight, current?.weight]))).toEqual([
      [[undefined, 1]],
      [[1, 2]],
      [[2, undefined]],
    ]);
    expect(house.view.changesAfter((told[0] as ChangeBatch).revision, someone)).toEqual(told.slice(1));
    await house.close();
  });

  it('remembers after a restart what happened before it', async () => {
    const house = await openHouse();
    const { revision } = house.view;
    await house.registrar.register(registration(), someone);
    await house.store.commit({ then: [{ type: 'put', key: encodeUtf8('somebody else'), value: encodeUtf8('x') }] });
    await house.registrar.setMode(registration(), { mode: 'out' }, someone);
    await house.registrar.deregister(registration(), someone);
    const next = await openHouse({ store: house.store, clock: house.clock });
    expect(next.view.revision).toBe(house.view.revision);
    for (let since = revision; since <= house.view.revision; since++) {
      expect(next.view.changesAfter(since, someone)).toEqual(house.view.changesAfter(since, someone));
    }
    await house.close();
    await next.close();
  });

  it('does not remember what the log has forgotten, nor steps back when it loses its place', async () => {
    const house = await openHouse();
    await house.registrar.register(registration(), someone);
    const compacted = house.view.revision;
    await house.registrar.deregister(registration(), someone);
    house.store.compactedRevision = compacted;
    const next = await openHouse({ store: house.store, clock: house.clock });
    expect(next.view.changesAfter(compacted - 1, someone)).toBeNull();
    expect(next.view.changesAfter(compacted, someone)).toEqual(house.view.changesAfter(compacted, someone));
    const seen: number[] = [];
    next.view.follow({ changed: () => undefined, reset: () => void seen.push(next.view.revision) }, someone);
    house.store.loseWatchers();
    await house.clock.advance(1);
    expect(seen).toEqual([house.store.revision]);
    await house.close();
    await next.close();
  });

  it('does not know what was before the log began, nor what comes', async () => {
    const house = await openHouse();
    const { revision } = house.view;
    expect(house.view.changesAfter(revision - 1, someone)).toBeNull();
    expect(house.view.changesAfter(revision, someone)).toEqual([]);
    expect(house.view.changesAfter(revision + 1, someone)).toBeNull();
    await house.close();
  });

  it('leaves out what it cannot read, and goes on', async () => {
    const house = await openHouse();
    const [broken, stray] = [registration({ id: 'broken' }), registration({ id: 'stray' })];
    await house.store.commit({ then: [{ type: 'put', key: recordKey('instances', broken), value: Uint8Array.of(0xff) }] });
    await house.store.commit({ then: [{ type: 'put', key: recordKey('health', stray), value: encodeUtf8('{"format":1,"verdicts":{}}') }] });
    await house.registrar.register(registration(), someone);
    expect(house.view.instances(defaultNamespace, serviceName('payments'), someone).map(({ id }) => id)).toEqual([
      'payments-10.0.0.5-8080',
    ]);
    expect(house.catalog.undecodable).toEqual(['instances/default/payments/broken']);
    expect(house.complaints.length).toBe(1);
    await house.close();
  });

  it('gives up waiting for a revision that does not come', async () => {
    const house = await openHouse();
    const reached = house.catalog.reached(house.view.revision + 1, 500);
    await house.clock.advance(500);
    expect(await reached).toBe(false);
    await house.close();
  });
});

describe('a service', () => {
  it('is found in any spelling, and shown as its oldest instance spells it', async () => {
    await fc.assert(
      fc.asyncProperty(anyServiceName, async (name) => {
        const house = await openHouse();
        await house.registrar.register(registration({ service: name, id: 'a' }), someone);
        await house.registrar.register(registration({ service: name.toUpperCase(), id: 'b', ttl: 'none' }), someone);
        expect(house.view.services(defaultNamespace, someone)).toEqual([
          { service: name, instances: 2, inRotation: 2, held: 0, panic: false },
        ]);
        expect(house.view.instances(defaultNamespace, serviceName(name.toLowerCase()), someone).map(({ id }) => id)).toEqual(['a', 'b']);
        await house.close();
      }),
      { numRuns: 20 },
    );
  });

  it('goes with its last instance', async () => {
    const house = await openHouse();
    await house.registrar.register(registration(), someone);
    await house.registrar.deregister(registration(), someone);
    expect(house.view.services(defaultNamespace, someone)).toEqual([]);
    expect(house.view.instancesById(defaultNamespace, instanceId('payments-10.0.0.5-8080'), someone)).toEqual([]);
    await house.close();
  });
});

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** As another thread would be fed: nothing crosses but copies. */
function copying(sink: EncodedSink): EncodedSink {
  return {
    begin: (start) => sink.begin(structuredClone(start)),
    page: (records) => sink.page(structuredClone(records)),
    finish: () => sink.finish(),
    apply: (batch) => sink.apply(structuredClone(batch)),
    stale: (sinceMs) => sink.stale(sinceMs),
  };
}
