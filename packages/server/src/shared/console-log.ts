/** The log on a stream: a line for people on a terminal, a line of JSON for everybody else. */
import type { Clock, Log, LogFields } from '@rollcall/core';
import { inert } from './inert-text.js';

export interface LogStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

type Level = 'info' | 'warn' | 'error';

export function consoleLog(stream: LogStream, clock: Pick<Clock, 'wallMs'>): Log {
  const line = stream.isTTY === true ? forPeople : forPrograms;
  const write =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void =>
      void stream.write(`${inert(line(new Date(clock.wallMs()).toISOString(), level, message, fields))}\n`);
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

function forPrograms(time: string, level: Level, message: string, fields: LogFields): string {
  return JSON.stringify({ time, level, msg: message, ...fields });
}

function forPeople(time: string, level: Level, message: string, fields: LogFields): string {
  const told = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${String(value)}`]));
  return [time.slice(11, 19), ...(level === 'info' ? [] : [level.toUpperCase()]), message, ...told].join(' ');
}
