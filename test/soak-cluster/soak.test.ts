import { describe, expect, it } from 'vitest';
import { describeWith } from '../support/program.js';
import { openSingleSite, openSite, type Site } from './site.js';
import { quickPace, soak } from './soak.js';

const WITHIN_MS = 120_000;

/** What may not be said of a run of this site, a short one. */
async function objectionsTo(site: Site): Promise<readonly string[]> {
  try {
    const { objections } = await soak({ site, seed: 5, troubleMs: 14_000, instances: 30, pace: quickPace, say: () => undefined });
    return objections;
  } finally {
    await site.close();
  }
}

describe('one node on the embedded store, and trouble', () => {
  it('keep the laws', { timeout: WITHIN_MS }, async () => {
    expect(await objectionsTo(await openSingleSite())).toEqual([]);
  });
});

describeWith(['etcd'], 'three nodes, three etcds, and trouble', () => {
  it('keep the laws', { timeout: WITHIN_MS }, async () => {
    expect(await objectionsTo(await openSite())).toEqual([]);
  });
});
