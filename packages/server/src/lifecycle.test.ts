import { SimulatedClock } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { Lifecycle, type Part } from './lifecycle.js';

function house(change: (name: string, step: string) => void | Promise<void> = () => undefined): {
  readonly lifecycle: Lifecycle;
  readonly clock: SimulatedClock;
  readonly steps: string[];
} {
  const steps: string[] = [];
  const log: Log = { info: () => undefined, warn: () => undefined, error: (text) => void steps.push(`! ${text}`) };
  const part = (name: string): Part => {
    const take = (step: string) => (): void | Promise<void> => {
      steps.push(`${step} ${name}`);
      return change(name, step);
    };
    return { name, start: take('start'), reload: take('reload'), drain: take('drain'), close: take('close') };
  };
  const clock = new SimulatedClock();
  return { lifecycle: new Lifecycle({ parts: [part('a'), part('b'), { name: 'idle' }], clock, log }), clock, steps };
}

describe('Lifecycle', () => {
  it('stops in reverse, and once', async () => {
    const { lifecycle, steps } = house();
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(steps).toEqual(['start a', 'start b', 'drain b', 'drain a', 'close b', 'close a']);
  });

  it('closes what had started when a part fails to, and says why', async () => {
    const { lifecycle, steps } = house((name, step) => {
      if (name === 'b' && step === 'start') throw new Error('taken');
    });
    await expect(lifecycle.start()).rejects.toThrow('taken');
    expect(steps.slice(-2)).toEqual(['close b', 'close a']);
  });

  it('reloads in order, one time after the other, whatever fails, and not while it stops', async () => {
    const { lifecycle, steps } = house((name, step) => {
      if (name === 'a' && step === 'reload') throw new Error('unreadable');
    });
    await lifecycle.start();
    const reloads = ['! a did not reload', 'reload b'];
    await Promise.all([lifecycle.reload(), lifecycle.reload()]);
    expect(steps.slice(2)).toEqual(['reload a', ...reloads, 'reload a', ...reloads]);
    await lifecycle.stop();
    const before = steps.length;
    await lifecycle.reload();
    expect(steps.slice(before)).toEqual([]);
  });

  it('goes on when a part fails to close', async () => {
    const { lifecycle, steps } = house((name, step) => {
      if (name === 'b' && step !== 'start') throw new Error('stuck');
    });
    await lifecycle.start();
    await lifecycle.stop();
    expect(steps).toEqual(expect.arrayContaining(['! b did not drain', '! b did not close', 'close a']));
  });

  it('does not wait for ever', async () => {
    const { lifecycle, clock } = house((_name, step) => (step === 'drain' ? new Promise(() => undefined) : undefined));
    await lifecycle.start();
    const stopped = lifecycle.stop();
    await clock.advance(9000);
    await stopped;
  });
});
