/** How far back a view begins, by what is asked of the log. */
import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { encodeInstanceRecord } from '../records/records.js';
import { recordKey } from '../records/keys.js';
import { registration, someone } from '../catalog/instance.fixture.js';
import type { WatchRequest } from '../ports/store.js';
import { PlainLog } from '../registrar/plain-log.fixture.js';
import { Catalog } from './catalog.js';
import { CHANGES_MAX } from './latest-past.js';

/** Remembers what it was asked to watch. */
class AskedLog extends PlainLog {
  readonly asked: WatchRequest[] = [];

  override watch(...[request, sink]: Parameters<PlainLog['watch']>): ReturnType<PlainLog['watch']> {
    this.asked.push(request);
    return super.watch(request, sink);
  }
}

async function written(revisions: number, putsInEach: number): Promise<AskedLog> {
  const log = new AskedLog();
  for (let revision = 0; revision < revisions; revision++) {
    const then = Array.from({ length: putsInEach }, (_, at) => {
      const one = { ...registration({ id: `one-${at}` }), incarnation: 0, registeredAtMs: revision, unknown: {} };
      return { type: 'put', key: recordKey('instances', one), value: encodeInstanceRecord(one) } as const;
    });
    await log.asStore.commit({ then });
  }
  return log;
}

/** How many revisions it went back each time, and how many instances are in view. */
async function begun(log: AskedLog): Promise<{ readonly back: readonly number[]; readonly size: number }> {
  const { revision } = await log.asStore.status();
  const catalog = new Catalog({
    store: log.asStore,
    clock: new SimulatedClock(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  await catalog.start();
  const size = [...catalog.view.allInstances(someone)].length;
  catalog.close();
  return { back: log.asked.map(({ fromRevision = 0 }) => revision + 1 - fromRevision), size };
}

describe('how far back a view begins', () => {
  it('goes as far as there is anything, where little happened in each revision', async () => {
    expect(await begun(await written(300, 1))).toEqual({ back: [64, 300, 0], size: 1 });
  });

  it('goes no farther than it can remember, where much happened', async () => {
    expect(await begun(await written(150, 100))).toEqual({ back: [64, Math.ceil(CHANGES_MAX / 100), 0], size: 100 });
  });

  it('asks once where the last few revisions are all there is, or more than enough', async () => {
    expect((await begun(await written(20, 1))).back).toEqual([20, 0]);
    expect((await begun(await written(80, 128))).back).toEqual([64, 0]);
  });
});
