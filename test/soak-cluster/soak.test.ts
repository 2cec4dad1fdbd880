import { describe, expect, it } from 'vitest';
import { describeWith } from '../support/program.js';
import { openSingleSite, openSite, type Site } from './site.js';
import { quickPace, soak, type Pace } from './soak.js';

const WITHIN_MS = 120_000;

/** Of a run of this site, a short one. */
async function objectionsTo(site: Site, troubleMs: number, pace: Pace): Promise<readonly string[]> {
  try {
    const { objections } = await soak({ site, seed: 5, troubleMs, instances: 30, pace, say: () => undefined });
    return objections;
  } finally {
    await site.close();
  }
}

describe('one node on the embedded store, and trouble', () => {
  it('keep the laws', { timeout: WITHIN_MS }, async () => {
    // Nobody has to be lost and found by others.
    const pace = { ...quickPace, quietMs: 10_000, idleMs: 1_000 };
    expect(await objectionsTo(await openSingleSite(), 8_000, pace)).toEqual([]);
  });
});

describeWith(['etcd'], 'three nodes, three etcds, and trouble', () => {
  it('keep the laws', { timeout: WITHIN_MS }, async () => {
    expect(await objectionsTo(await openSite(), 14_000, quickPace)).toEqual([]);
  });
});
