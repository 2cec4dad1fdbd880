import { describe, expect, it } from 'vitest';
import type { Part } from '../lifecycle.js';
import { nextTurn } from '../shared/turn.js';
import { BehindTheLog } from './behind-the-log.js';

interface House {
  readonly parts: readonly Part[];
  readonly told: string[];
  readonly failures: Error[];
  readonly read: () => void;
}

function house(second: () => Promise<void> = () => Promise.resolve()): House {
  const [told, failures] = [[] as string[], [] as Error[]];
  let read = (): void => undefined;
  const whenRead = new Promise<void>((resolve) => (read = resolve));
  const parts = new BehindTheLog(whenRead, (error) => failures.push(error)).parts([
    { name: 'one', start: () => void told.push('one'), close: () => void told.push('one closed') },
    { name: 'two', start: () => second().then(() => void told.push('two')), drain: () => void told.push('two drained') },
  ]);
  return { parts, told, failures, read: () => read() };
}

async function start({ parts }: House): Promise<void> {
  for (const part of parts) await part.start?.();
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

describe('parts behind the log', () => {
  it('are waited for where it has been read', async () => {
    const one = house();
    one.read();
    await someTurns();
    await start(one);
    expect(one.told).toEqual(['one', 'two']);
  });

  it('start later where it is away, in their order, and nobody waits', async () => {
    const one = house(() => nextTurn());
    await start(one);
    expect(one.told).toEqual([]);
    one.read();
    await someTurns();
    expect(one.told).toEqual(['one', 'two']);
  });

  it('throw what is wrong to whoever waits, and else tell it', async () => {
    const waited = house(() => Promise.reject(new Error('taken')));
    waited.read();
    await someTurns();
    await expect(start(waited)).rejects.toThrow('taken');
    expect(waited.failures).toEqual([]);

    const later = house(() => Promise.reject(new Error('taken')));
    await start(later);
    later.read();
    await someTurns();
    expect(later.failures.map(({ message }) => message)).toEqual(['taken']);
  });

  it('do not start any more once the end has begun', async () => {
    const one = house();
    await start(one);
    for (const part of one.parts.toReversed()) await part.drain?.();
    for (const part of one.parts.toReversed()) await part.close?.();
    one.read();
    await someTurns();
    expect(one.told).toEqual(['two drained', 'one closed']);
  });
});
