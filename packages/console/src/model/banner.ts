/** What has to be known before anything on the page is believed. */
import type { Status } from './shapes.js';
import { spanText } from './when.js';

export interface Banner {
  readonly kind: 'lost' | 'stale' | 'guard' | 'panic' | 'place';
  /** `alarm`: what is seen may be wrong. */
  readonly level: 'alarm' | 'notice';
  readonly title: string;
  readonly text: string;
}

/** What the registry answered last about itself, and when it answered nothing any more. */
export interface Circumstances {
  readonly status: Pick<Status, 'node' | 'stale' | 'ageSeconds' | 'held' | 'panicking' | 'guard' | 'cluster'> | null;
  readonly lost: { readonly sinceMs: number; readonly reason: string } | null;
  readonly nowMs: number;
}

/** The gravest first. */
export function bannersOf({ status, lost, nowMs }: Circumstances): readonly Banner[] {
  const banners: Banner[] = [];
  if (lost !== null) {
    banners.push({
      kind: 'lost',
      level: 'alarm',
      title: 'No connection to the registry',
      text: `${lost.reason} What you see is as it was ${spanText(nowMs - lost.sinceMs)} ago. It is asked again and again.`,
    });
  }
  if (status === null) return banners;
  if (status.stale) {
    banners.push({
      kind: 'stale',
      level: 'alarm',
      title: 'The log is away',
      text: `${status.node} has not been able to follow it for ${spanText(status.ageSeconds * 1000)}. What you see is as it was then; nothing can be changed meanwhile.`,
    });
  }
  if (status.held > 0) {
    banners.push({
      kind: 'guard',
      level: 'notice',
      title: `The guard holds ${counted(status.held, 'instance', 'instances')}`,
      text: `So many were to depart at the same time that it is more likely the registry that does not hear well. They are listed, and not in rotation. ${roomText(status.guard.left)} “rollcall guard release” lets them go at once.`,
    });
  }
  if (status.panicking > 0) {
    banners.push({
      kind: 'panic',
      level: 'notice',
      title: counted(status.panicking, 'service panics', 'services panic'),
      text: 'So few of the instances are in rotation that it is not believed: callers are told of all that could be tried.',
    });
  }
  if (status.cluster?.member === false && !status.stale) {
    banners.push({
      kind: 'place',
      level: 'notice',
      title: 'This node has no place among the others',
      text: `They do not count on ${status.node} at the moment: another node knows more of heartbeats and probes.`,
    });
  }
  return banners;
}

function roomText(left: number | undefined): string {
  if (left === undefined || left > 0) return '';
  return 'No more may depart in this window.';
}

export function counted(count: number, one: string, many: string): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

const numbers: Intl.NumberFormat = new Intl.NumberFormat('en');

export function numberText(count: number): string {
  return numbers.format(count);
}
