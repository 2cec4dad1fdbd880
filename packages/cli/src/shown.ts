/** Values as people read them. */
import type { Instance } from '@rollcall/client';
import type { Colour } from './colour.js';

const controls = /\p{Cc}|\p{Bidi_Control}/gu;

/** On one line, and without what would move the cursor or change the terminal: what others registered is printed here. */
export function oneLine(text: string): string {
  return text.replaceAll(controls, (control) => (/\s/.test(control) ? ' ' : '\uFFFD'));
}

/** How many columns of a terminal it takes. */
export function textColumns(text: string): number {
  let columns = 0;
  for (const character of text) columns += combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

const combining = /^[\p{M}\p{Cf}]$/u;
const wide =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]$|^\p{Emoji_Presentation}$/u;

/** At most so many columns, with a mark where something is missing. */
export function cut(text: string, columnsMax: number): string {
  if (textColumns(text) <= columnsMax) return text;
  let kept = '';
  for (const character of text) {
    if (textColumns(kept + character) > columnsMax - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const units: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** `3d`, `17h`, `5m`, `12s`: as exact as one needs at a glance. Two clocks may differ, so it is never below nothing. */
export function shortDuration(ms: number): string {
  const [unit, unitMs] = units.find(([, size]) => ms >= size) ?? (['s', 1000] as const);
  return `${Math.max(0, Math.floor(ms / unitMs))}${unit}`;
}

/** How long ago a time of the API was; empty for none. */
export function ago(time: string | undefined, nowMs: number): string {
  return time === undefined ? '' : shortDuration(nowMs - Date.parse(time));
}

/** `10.0.0.5:8080`, `[::1]:8080`, or what there is of it. */
export function address({ host, port }: Pick<Instance, 'host' | 'port'>): string {
  if (host === undefined) return port === undefined ? '' : `:${port}`;
  const bracketed = host.includes(':') && port !== undefined ? `[${host}]` : host;
  return port === undefined ? bracketed : `${bracketed}:${port}`;
}

/** The address with further ports: `10.0.0.5:8080 metrics:9090`. */
export function addresses(instance: Pick<Instance, 'host' | 'port' | 'ports'>): string {
  const further = Object.entries(instance.ports).map(([name, port]) => `${name}:${port}`);
  return [address(instance), ...further].filter((part) => part !== '').join(' ');
}

export function pairs(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

export const healthColours: Readonly<Record<string, Colour>> = { passing: 'green', warning: 'yellow', starting: 'cyan', critical: 'red' };
export const modeColours: Readonly<Record<string, Colour>> = { draining: 'yellow', out: 'magenta' };

/** `12:03:05`, as the clock on the wall says. */
export function clockTime(wallMs: number): string {
  const time = new Date(wallMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
