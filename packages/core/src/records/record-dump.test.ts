import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openHouse } from '../registrar/house.fixture.js';
import type { EncodedRecord } from './encoded.js';
import { shownBy, step, take } from '../view/history.fixture.js';
import { defaultNamespace, registration, someone } from '../catalog/instance.fixture.js';
import { recordKey } from './keys.js';
import { Feed, orders, payments } from '../view/projection.fixture.js';
import { Projection } from '../view/projection.js';
import type { RecordDump } from './record-dump.js';

/** As it is read from a file. */
function madeOf(pages: readonly (readonly EncodedRecord[])[], { epoch, revision }: { epoch: string; revision: number }): Projection {
  const made = new Projection();
  made.begin({ epoch, revision });
  for (const page of structuredClone(pages)) made.page(page);
  made.finish();
  return made;
}

function whole(dump: RecordDump): readonly (readonly EncodedRecord[])[] {
  return [...dump.pages(), dump.changed()];
}

describe('a dump of the records', () => {
  it('makes the same view again, whatever happens while it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 15 }),
        fc.array(step, { maxLength: 10 }),
        fc.nat({ max: 10 }),
        async (before, during, at) => {
          const house = await openHouse();
          for (const one of before) await take(house, one);
          const view = house.view as Projection;
          const dump = house.catalog.dump();
          const pages = dump.pages(1);
          const read: (readonly EncodedRecord[])[] = [];
          for (const [place, one] of during.entries()) {
            if (place >= at) read.push(...[pages.next().value].filter((page) => page !== undefined));
            await take(house, one);
          }
          read.push(...pages, dump.changed());
          // A log that was read anew shows so, and is dumped anew.
          if (during.every(({ act }) => act !== 'lose')) {
            const made = madeOf(read, view);
            expect(shownBy(made)).toEqual(shownBy(house.view));
            expect([...made.terms.all]).toEqual(expect.arrayContaining([...view.terms.all]));
            expect(made.removals).toEqual(view.removals);
          }
          await house.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has the guard, the rules, who is held and what cannot be read', () => {
    const feed = new Feed();
    for (const id of ['a', 'b']) feed.come(id);
    feed.turn('a', 'critical', { held: true });
    feed.guard(true);
    feed.rule(orders, { eligibleMin: 3, belowShare: 0.25 });
    feed.write([recordKey('instances', registration({ id: 'broken' })), Uint8Array.of(0xff)]);
    const made = madeOf(whole(feed.view.dump()), feed.view);
    expect(made.guard).toEqual(feed.view.guard);
    expect(made.panicRule(defaultNamespace, orders, someone)).toEqual({ eligibleMin: 3, belowShare: 0.25, own: true });
    expect(made.service(defaultNamespace, payments, someone)).toEqual(feed.summaryOf(payments));
    expect(made.undecodable).toEqual(feed.view.undecodable);
    expect([made.epoch, made.revision]).toEqual([feed.view.epoch, feed.revision]);
  });

  it('is void once the log was read anew, or another one was begun', () => {
    const feed = new Feed();
    feed.come('a');
    const first = feed.view.dump();
    const second = feed.view.dump();
    expect([first.isVoid, second.isVoid]).toEqual([true, false]);
    expect([...first.pages()]).toEqual([]);
    feed.view.begin({ epoch: 'e2', revision: 20 });
    feed.view.finish();
    expect(second.isVoid).toBe(true);
  });

  it('gives up where more changes than it could hold', () => {
    const feed = new Feed();
    const dump = feed.view.dump();
    const records = Array.from({ length: 200_001 }, (_, at) => ({
      key: recordKey('intents', registration({ id: `i${at}` })),
      value: null,
      createRevision: 0,
      revision: 0,
    }));
    dump.take({ revision: 11, records });
    expect([dump.isVoid, dump.changed()]).toEqual([true, []]);
  });
});
