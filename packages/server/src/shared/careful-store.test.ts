import type { Commit, Store } from '@rollcall/core';
import { fromText } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { CarefulStore } from './careful-store.js';

/** Bytes of a commit as the engine gets them. */
async function arriving(value: Uint8Array, options?: { readonly given: boolean }): Promise<Uint8Array> {
  const came: Commit[] = [];
  const engine = {
    commit: (commit: Commit) => {
      came.push(commit);
      return Promise.resolve({ revision: 1, succeeded: true, results: [] });
    },
  } as unknown as Store;
  await new CarefulStore(engine).commit({ then: [{ type: 'put', key: fromText('k'), value }] }, options);
  const [put] = came[0]?.then ?? [];
  return put?.type === 'put' && put.value !== 'keep' ? put.value : new Uint8Array();
}

describe('bytes that are committed', () => {
  it('are copied, because whoever brought them may go on using them', async () => {
    const value = fromText('before');
    const came = await arriving(value);
    value.fill(0);
    expect(Buffer.from(came).toString()).toBe('before');
  });

  it('are taken as they are where they are given away', async () => {
    const value = fromText('given');
    expect(await arriving(value, { given: true })).toBe(value);
  });
});
