/** Short words for steps. */
import type { Ask, Lookup, Wait } from './step.js';

type More = Pick<Ask, 'headers' | 'keep'>;

export const get = (path: string, more: More = {}): Ask => ({ method: 'GET', path, ...more });

export const put = (path: string, body?: unknown, more: More = {}): Ask => ({ method: 'PUT', path, ...bodyOf(body), ...more });

export const post = (path: string, body?: unknown, more: More = {}): Ask => ({ method: 'POST', path, ...bodyOf(body), ...more });

export const remove = (path: string): Ask => ({ method: 'DELETE', path });

export const waits = (path: string, ...meanwhile: readonly Ask[]): Wait => ({ waits: get(path), meanwhile });

export const lookup = (name: string, type: string, more: Pick<Lookup, 'udpBytes' | 'tcp'> = {}): Lookup => ({
  lookup: name,
  type,
  ...more,
});

/** Text is sent as it is. */
function bodyOf(body: unknown): Pick<Ask, 'body'> {
  return body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
}

export const filtered = (path: string, filter: string): Ask =>
  get(`${path}${path.includes('?') ? '&' : '?'}filter=${encodeURIComponent(filter)}`);
