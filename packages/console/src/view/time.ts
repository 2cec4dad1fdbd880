/** Times, as how long ago they were: they go on by themselves. */
import { forText, untilText } from '../model/when.js';
import { element, setText } from './element.js';

/** How often that is worth doing. */
export const TICK_MS = 1000;

/** How long it has been so; since when is in the title. */
export function spanElement(iso: string, nowMs: number): HTMLElement {
  const at = new Date(iso);
  return element('time', { 'datetime': iso, 'title': at.toLocaleString(), 'data-moves': 'for' }, forText(at.getTime(), nowMs));
}

/** How soon it will be. */
export function untilElement(iso: string, nowMs: number): HTMLElement {
  const at = new Date(iso);
  return element('time', { 'datetime': iso, 'title': at.toLocaleString(), 'data-moves': 'until' }, untilText(at.getTime(), nowMs));
}

/** At what hour it was; of another day with that. */
export function clockTime(iso: string, nowMs: number): HTMLElement {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return element('time', { datetime: iso, title: at.toLocaleString() }, isToday ? at.toLocaleTimeString() : at.toLocaleString());
}

/** To be called now and then. */
export function moveTimes(root: ParentNode, nowMs: number): void {
  for (const time of root.querySelectorAll('time[data-moves]')) {
    const atMs = Date.parse(time.getAttribute('datetime') ?? '');
    if (Number.isNaN(atMs)) continue;
    setText(time, time.getAttribute('data-moves') === 'until' ? untilText(atMs, nowMs) : forText(atMs, nowMs));
  }
}
