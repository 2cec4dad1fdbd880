/** The law of the file: what was written is read again; and what is not whole is never shown. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SimulatedClock } from '@rollcall/conformance';
import { Projection } from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VIEW_FORMAT, type ViewHeader } from './format.js';
import { findView, readView, UnusableView } from './read.js';
import { folder, SomeCatalog, shown } from './some-view.fixture.js';
import { objectionTo, VIEW_AGE_MAX_MS } from './usable.js';
import { removeDrafts, writeView } from './write.js';

const header: ViewHeader = { format: VIEW_FORMAT, epoch: 'e1', log: { prefix: '', endpoints: ['a:1'] }, version: '1.2.3' };

async function write(file: string, catalog: SomeCatalog, asOfMs: number = 77): Promise<void> {
  const moment = () => ({ revision: catalog.view.revision, asOfMs });
  await writeView(file, { header, dump: catalog.dump(), moment }, new SimulatedClock());
}

async function read(file: string): Promise<{ readonly view: Projection; readonly unusable: string | null }> {
  const view = new Projection();
  try {
    const found = await findView(file);
    if (found === null) return { view, unusable: 'none' };
    await readView(file, found, view);
    return { view, unusable: null };
  } catch (error) {
    if (error instanceof UnusableView) return { view, unusable: error.message };
    throw error;
  }
}

describe('a view in a file', () => {
  it.each([0, 1, 5_000])('is the same again, with %d instances', async (count) => {
    const file = join(await folder(), 'deep', 'view');
    const catalog = new SomeCatalog(count);
    if (count > 0) catalog.change(0);
    await write(file, catalog);
    expect(await findView(file)).toEqual({ ...header, revision: catalog.view.revision, asOfMs: 77 });
    const { view } = await read(file);
    expect(view.complete).toBe(true);
    expect(shown(view)).toEqual(shown(catalog.view));
  });

  it('is of the moment in which it was done, whatever happened while it was written', async () => {
    const file = join(await folder(), 'view');
    const catalog = new SomeCatalog(20_000);
    const writing = write(file, catalog);
    let changes = 0;
    const meddle = setInterval(() => {
      catalog.change(changes * 31);
      catalog.leave(changes * 17 + 1);
      changes++;
    }, 0);
    await writing;
    clearInterval(meddle);
    const found = await findView(file);
    expect(changes).toBeGreaterThan(2);
    expect(found?.revision).toBeGreaterThan(10);
    // What came later than the file is taken back from what is compared.
    const twin = new SomeCatalog(20_000);
    for (let at = 0; twin.view.revision < (found?.revision ?? 0); at++) {
      twin.change(at * 31);
      if (twin.view.revision < (found?.revision ?? 0)) twin.leave(at * 17 + 1);
    }
    const { view } = await read(file);
    expect(shown(view)).toEqual(shown(twin.view));
  });

  it('is not there where its dump was cancelled, and the one before is', async () => {
    const file = join(await folder(), 'view');
    const before = new SomeCatalog(3);
    await write(file, before);
    const dump = new SomeCatalog(500).dump();
    dump.cancel();
    expect(await writeView(file, { header, dump, moment: () => ({ revision: 1, asOfMs: 1 }) }, new SimulatedClock())).toBeNull();
    expect(shown((await read(file)).view)).toEqual(shown(before.view));
  });

  it('is not shown where a byte of it is another one, or the end is missing', { timeout: 60_000 }, async () => {
    const file = join(await folder(), 'view');
    const catalog = new SomeCatalog(50);
    await write(file, catalog);
    const whole = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, by, cut) => {
        const damaged = Buffer.from(cut ? whole.subarray(0, at) : whole);
        if (!cut) damaged[at] = (damaged[at] as number) ^ by;
        await writeFile(file, damaged);
        const { view, unusable } = await read(file);
        expect(unusable).not.toBeNull();
        expect(view.complete).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('of a newer format is left alone, with the reason', async () => {
    const file = join(await folder(), 'view');
    await writeFile(file, `ROLLCALL VIEW\n{"format":2,"future":true}\n${'x'.repeat(100)}`);
    expect((await read(file)).unusable).toBe('it has format 2, and this Rollcall reads up to 1');
  });

  it('is none where there is none, and unusable where it is a folder', async () => {
    const directory = await folder();
    expect(await findView(join(directory, 'view'))).toBeNull();
    await expect(findView(directory)).rejects.toThrow(UnusableView);
  });

  it('leaves no draft of somebody who was killed, and that of nobody who still writes', async () => {
    const directory = await folder();
    const file = join(directory, 'view');
    await writeFile(`${file}.1.partial`, '');
    const { mtimeMs } = await stat(`${file}.1.partial`);
    await removeDrafts(file, mtimeMs + 60_000);
    expect(await readFile(`${file}.1.partial`, 'utf8')).toBe('');
    await removeDrafts(file, mtimeMs + 60_001);
    await expect(readFile(`${file}.1.partial`)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a view that was kept', () => {
  const log = { prefix: 'p/', endpoints: ['a:1', 'b:1'] };
  it.each([
    ['of the same log', log, 0, null],
    ['of a log some of whose members are the same', { prefix: 'p/', endpoints: ['b:1', 'c:1'] }, 0, null],
    ['of another etcd', { prefix: 'p/', endpoints: ['c:1'] }, 0, /none of which this node was given/],
    ['of other keys', { prefix: '', endpoints: ['a:1'] }, 0, /behind ""/],
    ['of a day ago', log, VIEW_AGE_MAX_MS, null],
    ['of longer ago', log, VIEW_AGE_MAX_MS + 1, /24 hours old/],
    ['of the future', log, -5_000, null],
  ])('%s', (_name, place, ageMs, expected) => {
    const objection = objectionTo({ log: place, asOfMs: 1e12 }, log, 1e12 + ageMs);
    if (expected === null) expect(objection).toBeNull();
    else expect(objection).toMatch(expected);
  });
});
