/** What the view says of itself while its log is away, and how it begins without it. */
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '@rollcall/conformance';
import { RollcallError } from '../errors.js';
import type { Log } from '../ports/log.js';
import type { Contact, Store } from '../ports/store.js';
import { openHouse } from '../registrar/house.fixture.js';
import { PlainLog } from '../registrar/plain-log.fixture.js';
import { Catalog } from './catalog.js';
import type { EncodedSink } from '../records/encoded.js';
import { defaultNamespace, registration, someone } from '../catalog/instance.fixture.js';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A log that can be lost, and brings what happened meanwhile when it is found again. */
class FarLog extends PlainLog {
  lostSinceMs: number | null = null;
  readonly #listeners = new Set<() => void>();

  readonly contact: Contact = Object.defineProperty({ follow: (listener: () => void) => this.#follow(listener) }, 'lostSinceMs', {
    get: () => this.lostSinceMs,
  }) as Contact;

  #follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  turn(lostSinceMs: number | null): void {
    this.lostSinceMs = lostSinceMs;
    for (const listener of this.#listeners) listener();
  }

  override async range(...request: Parameters<PlainLog['range']>): ReturnType<PlainLog['range']> {
    this.#check();
    return super.range(...request);
  }

  override async status(): ReturnType<PlainLog['status']> {
    this.#check();
    return super.status();
  }

  #check(): void {
    if (this.lostSinceMs !== null) throw new RollcallError('store-unavailable', 'Away.');
  }
}

function catalogOn(store: Store, clock: SimulatedClock): Catalog {
  return new Catalog({ store, clock, log: silent });
}

describe('while the log is away', () => {
  it('the view says since when, and no longer once it shows what the log held when it was back', async () => {
    const [log, clock] = [new FarLog(), new SimulatedClock()];
    const catalog = catalogOn(log.asStore, clock);
    await catalog.start();
    expect(catalog.view.staleSinceMs).toBeNull();
    log.turn(4_000);
    expect(catalog.view.staleSinceMs).toBe(4_000);
    log.turn(null);
    expect(catalog.view.staleSinceMs).toBe(4_000);
    await clock.advance(50);
    expect(catalog.view.staleSinceMs).toBeNull();
    catalog.close();
    log.turn(9_000);
    expect(catalog.view.staleSinceMs).toBeNull();
  });

  it('a log that comes and goes is as old as when it was first lost', async () => {
    const [log, clock] = [new FarLog(), new SimulatedClock()];
    const catalog = catalogOn(log.asStore, clock);
    await catalog.start();
    log.turn(4_000);
    log.turn(null);
    log.turn(5_000);
    await clock.advance(50);
    expect(catalog.view.staleSinceMs).toBe(4_000);
    log.turn(null);
    await clock.advance(50);
    expect(catalog.view.staleSinceMs).toBeNull();
    catalog.close();
  });

  it('whoever reads anew is as old as when the log was lost, and not as when that was found out', async () => {
    const [log, clock] = [new FarLog(), new SimulatedClock()];
    const catalog = catalogOn(log.asStore, clock);
    await catalog.start();
    log.turn(4_000);
    log.loseWatchers();
    await clock.advance(5_000);
    expect(catalog.view.staleSinceMs).toBe(4_000);
    log.turn(null);
    await clock.advance(5_000);
    expect(catalog.view.staleSinceMs).toBeNull();
    catalog.close();
  });
});

describe('a start while the log is away', () => {
  async function kept(): Promise<{ readonly log: FarLog; readonly restore: (sink: EncodedSink) => Promise<{ asOfMs: number }> }> {
    const log = new FarLog();
    const house = await openHouse({ store: log });
    await house.registrar.register(registration({ id: 'a' }), someone);
    const { epoch, revision } = house.view;
    const dump = house.catalog.dump();
    const pages = [...dump.pages()];
    await house.close();
    const restore = async (sink: EncodedSink): Promise<{ asOfMs: number }> => {
      sink.begin({ epoch, revision });
      for (const page of pages) sink.page(page);
      sink.finish();
      return { asOfMs: 1_000 };
    };
    return { log, restore };
  }

  const idsIn = (catalog: Catalog): readonly string[] => [...catalog.view.allInstances(someone)].map(({ id }) => id);

  it('fails where nothing was kept', async () => {
    const [log, clock] = [new FarLog(), new SimulatedClock()];
    log.turn(0);
    await expect(catalogOn(log.asStore, clock).start()).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(catalogOn(log.asStore, clock).start(() => Promise.resolve(null))).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('shows what was kept, as old as that is, and becomes what the log says', async () => {
    const { log, restore } = await kept();
    const clock = new SimulatedClock();
    const house = await openHouse({ store: log });
    await house.registrar.register(registration({ id: 'b' }), someone);
    await house.registrar.deregister(registration({ id: 'a' }), someone);
    await house.close();

    log.turn(2_000);
    const catalog = catalogOn(log.asStore, clock);
    let hasRead = false;
    void catalog.read.then(() => (hasRead = true));
    await catalog.start(restore);
    expect(catalog.view).toMatchObject({ complete: true, staleSinceMs: 1_000 });
    expect(idsIn(catalog)).toEqual(['a']);
    expect(catalog.known(registration({ id: 'a' }), 'default/payments/a')).toBeNull();
    await clock.advance(10_000);
    expect([hasRead, catalog.view.staleSinceMs]).toEqual([false, 1_000]);

    let resets = 0;
    catalog.view.follow({ changed: () => undefined, reset: () => resets++ }, someone);
    log.turn(null);
    await clock.advance(2_000);
    expect([hasRead, resets, catalog.view.staleSinceMs]).toEqual([true, 1, null]);
    expect(idsIn(catalog)).toEqual(['b']);
    expect(catalog.view.services(defaultNamespace, someone)).toHaveLength(1);
    catalog.close();
  });

  it('says so if what was kept turns out to be of another log', async () => {
    const { log, restore } = await kept();
    const clock = new SimulatedClock();
    const told: string[] = [];
    const complaining: Log = { ...silent, warn: (message, fields) => void told.push(`${message} ${String(fields?.['found'])}`) };
    log.turn(2_000);
    const catalog = new Catalog({ store: log.asStore, clock, log: complaining });
    await catalog.start(restore);
    log.epoch = 'e2';
    log.turn(null);
    await clock.advance(2_000);
    expect(catalog.view.epoch).toBe('e2');
    expect(told).toEqual([expect.stringMatching(/^the log is not the one that was shown so far.* e2-/)]);
    catalog.close();
  });

  it('does not look at what was kept where the log answers', async () => {
    const { log } = await kept();
    const catalog = catalogOn(log.asStore, new SimulatedClock());
    await catalog.start(() => Promise.reject(new Error('It was asked for.')));
    expect(idsIn(catalog)).toEqual(['a']);
    catalog.close();
  });
});
