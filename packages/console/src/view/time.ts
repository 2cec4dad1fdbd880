/** Times, as how long ago they were: they go on by themselves. */
import { agoText, untilText } from '../model/when.js';
import { element, setText } from './element.js';

/** How often that is worth doing. */
export const TICK_MS = 1000;

/** How long ago it was, or how soon it will be; the whole of it is in the title. */
export function timeElement(iso: string, nowMs: number): HTMLElement {
  const at = new Date(iso);
  return element('time', { datetime: iso, title: at.toLocaleString() }, textOf(at.getTime(), nowMs));
}

/** At what hour it was; of another day with that. */
export function clockTime(iso: string, nowMs: number): HTMLElement {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  const text = isToday ? at.toLocaleTimeString() : at.toLocaleString();
  return element('time', { 'datetime': iso, 'title': at.toLocaleString(), 'data-fixed': true }, text);
}

function textOf(atMs: number, nowMs: number): string {
  return atMs > nowMs + TICK_MS ? untilText(atMs, nowMs) : agoText(atMs, nowMs);
}

/** To be called now and then. */
export function moveTimes(root: ParentNode, nowMs: number): void {
  for (const time of root.querySelectorAll('time:not([data-fixed])')) {
    const atMs = Date.parse(time.getAttribute('datetime') ?? '');
    if (!Number.isNaN(atMs)) setText(time, textOf(atMs, nowMs));
  }
}
