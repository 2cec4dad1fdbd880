import { SimulatedClock } from '@rollcall/conformance';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Link } from './link.js';
import { Registry, type Refusal } from './registry.js';
import { KeptToken } from './token.js';

let clock: SimulatedClock;
let link: Link;
let token: KeptToken;
let registry: Registry;
/** The reasons for which a token was asked for. */
let wanted: string[];
let asked: { readonly url: string; readonly headers: Headers }[];
let answer: (signal: AbortSignal) => Promise<Response>;

beforeEach(() => {
  clock = new SimulatedClock();
  link = new Link(clock, () => undefined);
  token = new KeptToken(null);
  wanted = [];
  asked = [];
  const root = new URL('http://registry.example/below/');
  registry = new Registry({ root, token, link, clock, unauthenticated: (reason) => wanted.push(reason) });
  vi.stubGlobal('fetch', (url: URL, { headers, signal }: { readonly headers: Record<string, string>; readonly signal: AbortSignal }) => {
    asked.push({ url: url.href, headers: new Headers(headers) });
    return answer(signal);
  });
});
afterEach(() => vi.unstubAllGlobals());

const never = new AbortController().signal;
const problem = (status: number): Response => Response.json({ detail: `because of ${status}` }, { status });

describe('asking', () => {
  it('answers what was answered, with its ETag, and `null` for the same again', async () => {
    answer = async () => Response.json({ revision: 1 }, { headers: { etag: '"e-1"' } });
    expect(await registry.ask('services?namespace=default', never)).toEqual({ body: { revision: 1 }, etag: '"e-1"' });
    answer = async () => new Response(null, { status: 304 });
    expect(await registry.ask('services', never, '"e-1"')).toBeNull();
    expect(asked.map(({ url }) => url)).toEqual([
      'http://registry.example/below/services?namespace=default',
      'http://registry.example/below/services',
    ]);
    expect(asked.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, '"e-1"']);
  });

  it('shows the token that there is', async () => {
    answer = async () => Response.json({});
    await registry.ask('x', never);
    token.keep('secret');
    await registry.ask('x', never);
    token.forget();
    await registry.ask('x', never);
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([null, 'Bearer secret', null]);
  });

  it.each<[number, Refusal, boolean]>([
    [400, 'refused', false],
    [401, 'unauthenticated', false],
    [403, 'forbidden', false],
    [404, 'missing', false],
    [429, 'lost', true],
    [500, 'lost', true],
    [503, 'lost', true],
  ])('is refused with %d as %s, in the words of the registry', async (status, refusal, isLost) => {
    answer = async () => problem(status);
    await expect(registry.ask('x', never)).rejects.toMatchObject({ refusal, message: `because of ${status}` });
    expect(link.lost !== null).toBe(isLost);
  });

  it('is refused by a proxy, too, which has no such words', async () => {
    answer = async () => new Response('<html>Bad Gateway</html>', { status: 502 });
    await expect(registry.ask('x', never)).rejects.toMatchObject({ refusal: 'lost', message: 'It answered 502.' });
  });

  it('is lost where nobody answers, from when somebody did', async () => {
    answer = async () => Response.json({});
    await registry.ask('x', never);
    await clock.advance(5_000);
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(registry.ask('x', never)).rejects.toMatchObject({ refusal: 'lost' });
    expect(link.lost).toEqual({ sinceMs: clock.wallMs() - 5_000, reason: 'It does not answer.' });
    answer = async () => problem(404);
    await registry.ask('x', never).catch(() => undefined);
    expect(link.lost).toBeNull();
  });

  it('is lost where the answer takes too long', async () => {
    answer = (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    const failed = expect(registry.ask('x', never)).rejects.toMatchObject({ refusal: 'lost' });
    await clock.advance(10_000);
    await failed;
  });

  it('tells nobody of what nobody waits for any more', async () => {
    const leave = new AbortController();
    answer = (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    const failed = expect(registry.ask('x', leave.signal)).rejects.toThrow('aborted');
    leave.abort();
    await failed;
    expect(link.lost).toBeNull();
  });
});

describe('opening a stream', () => {
  it('goes on behind an event', async () => {
    answer = async () => new Response('data: x');
    await registry.open('x', 'e-7', never);
    await registry.open('x', '', never);
    expect(asked.map(({ headers }) => [headers.get('accept'), headers.get('last-event-id')])).toEqual([
      ['text/event-stream', 'e-7'],
      ['text/event-stream', null],
    ]);
  });

  it('tells of a registry that has no room for it from one that does not answer', async () => {
    answer = async () => problem(503);
    await expect(registry.open('x', '', never)).rejects.toMatchObject({ refusal: 'lost', message: 'because of 503' });
    expect(link.lost).toBeNull();
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(registry.open('x', '', never)).rejects.toMatchObject({ refusal: 'lost' });
    expect(link.lost).not.toBeNull();
  });
});

describe('a token', () => {
  it('is asked for, and if there was one, with what is wrong with it', async () => {
    answer = async () => problem(401);
    await registry.ask('x', never).catch(() => undefined);
    token.keep('wrong');
    await registry.ask('x', never).catch(() => undefined);
    expect(wanted).toEqual(['', 'because of 401']);
  });

  it('that came meanwhile is not refused for one from before', async () => {
    answer = async () => {
      token.keep('new');
      return problem(401);
    };
    await registry.ask('x', never).catch(() => undefined);
    expect(wanted).toEqual([]);
  });
});
