import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';

describe('Gate', () => {
  it('lets so many in at once, and the others in their order', async () => {
    const gate = new Gate(2);
    const begun: number[] = [];
    const leave: (() => void)[] = [];
    const visits = [0, 1, 2, 3].map((visitor) =>
      gate.run(async () => {
        begun.push(visitor);
        await new Promise<void>((resolve) => leave.push(resolve));
        return visitor;
      }),
    );
    for (const expected of [2, 3, 4, 4]) {
      await Promise.resolve().then(() => undefined);
      expect(begun.length).toBe(expected);
      leave.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(visits)).toEqual([0, 1, 2, 3]);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('opens again after a failure', async () => {
    const gate = new Gate(1);
    await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.run(() => Promise.resolve(5))).toBe(5);
  });
});
