/** Numbers and times as a sentence has them. */
import { formatDuration } from '../catalog/duration.js';

const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'] as const;

/** `one passing probe`, `12 passing probes`. */
export function counted(count: number, one: string): string {
  return `${words[count] ?? count} ${one}${count === 1 ? '' : 's'}`;
}

/** From so many milliseconds on a step of so many is exact enough. */
const steps: readonly (readonly [fromMs: number, stepMs: number])[] = [
  [36_000_000, 3_600_000],
  [600_000, 60_000],
  [1000, 1000],
  [0, 1],
];

/** Something measured, as exact as one needs: `12ms`, `5s`, `14m`. */
export function lasting(ms: number): string {
  const [, stepMs] = steps.find(([fromMs]) => ms >= fromMs) ?? [0, 1];
  return formatDuration(Math.round(ms / stepMs) * stepMs);
}
