import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.js';

describe('Lanes', () => {
  it('keeps the order of work on one thing, and lets others pass', async () => {
    const lanes = new Lanes();
    const done: string[] = [];
    let open = (): void => undefined;
    const held = new Promise<void>((resolve) => (open = resolve));
    const step = (name: string, wait?: Promise<void>) => async () => {
      await wait;
      done.push(name);
    };
    const first = lanes.run('a', step('a1', held));
    const second = lanes.run('a', step('a2'));
    await lanes.run('b', step('b1'));
    expect(done).toEqual(['b1']);
    open();
    await Promise.all([first, second]);
    expect(done).toEqual(['b1', 'a1', 'a2']);
  });

  it('goes on after a failure, and tells it only to whom it happened', async () => {
    const lanes = new Lanes();
    const failing = lanes.run('a', () => Promise.reject(new Error('no')));
    const next = lanes.run('a', () => Promise.resolve(5));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe(5);
  });
});
