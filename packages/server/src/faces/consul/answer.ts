/** Answers as this protocol has them: JSON, text, or nothing at all. */
import type { HttpAnswer } from '../../shared/http-face.js';
import type { Ask } from './route.js';

const JSON_TYPE = 'application/json';

/** As a value is written: four spaces and a line end where somebody wants to read it, and nothing where a program does. */
export function jsonText(ask: Pick<Ask, 'query'>, value: unknown): string {
  return ask.query.has('pretty') ? `${JSON.stringify(value, null, 4)}\n` : JSON.stringify(value);
}

export function json(ask: Pick<Ask, 'query'>, value: unknown, headers: readonly string[] = [], status = 200): HttpAnswer {
  return { status, headers: [...headers, 'content-type', JSON_TYPE], body: jsonText(ask, value) };
}

export function text(body: string, headers: readonly string[] = [], status = 200): HttpAnswer {
  return { status, headers: [...headers, 'content-type', 'text/plain; charset=utf-8'], body };
}

/** What most writes answer. */
export const done: HttpAnswer = { status: 200, headers: [], body: null };
