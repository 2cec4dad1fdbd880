/** One answer beside the other, as the excuses judge them. */
import type { Step } from './step.js';

export interface Compared {
  readonly asked: Step;
  /** As text, masked; of HTTP it begins with the status. */
  readonly theirs: string;
  readonly ours: string;
}

export interface Excuse {
  readonly reason: string;
  readonly covers: (compared: Compared) => boolean;
}

/** The name, for a question of DNS. */
export function pathOf(step: Step): string {
  if ('lookup' in step) return step.lookup;
  return 'waits' in step ? step.waits.path : step.path;
}

export function bodyOf(step: Step): string {
  return 'body' in step ? (step.body ?? '') : '';
}

export function statusOf(text: string): number {
  return Number(text.split('\n', 1)[0]);
}
