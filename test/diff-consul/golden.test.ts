import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { excuses } from './excuses.js';
import { differences } from './golden.js';
import type { Transcript } from './step.js';

const folder = new URL('transcripts/', import.meta.url);
const transcripts = readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Transcript);

/** By the reasons of all excuses that were needed. */
const used = new Set<string>();

describe('the face of Consul, asked what a real Consul was asked', () => {
  it.each(transcripts.map((transcript) => [transcript.name, transcript] as const))('%s', async (_name, transcript) => {
    const found = await differences(transcript);
    for (const { excuse } of found) if (excuse !== null) used.add(excuse);
    expect(found.filter(({ excuse }) => excuse === null).map(({ asked, theirs, ours }) => ({ asked, theirs, ours }))).toEqual([]);
  });

  it('needs every excuse that there is', () => {
    expect(excuses.map(({ reason }) => reason).filter((reason) => !used.has(reason))).toEqual([]);
  });
});
