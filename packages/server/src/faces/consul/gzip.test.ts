import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpHead } from '../../shared/http-face.js';
import { Gzip, takesGzip } from './gzip.js';

const head = (encoding: string | null): HttpHead => ({ headers: {}, rawHeaders: encoding === null ? [] : ['Accept-Encoding', encoding] });
const large = Buffer.from(JSON.stringify(Array.from({ length: 5000 }, (_, at) => ({ at }))));
const answer = (body: HttpAnswer['body'], more: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status: 200,
  headers: ['x', 'y'],
  body,
  ...more,
});
const unpacked = ({ body }: HttpAnswer): string => gunzipSync(body as Buffer).toString();

describe('who takes gzip', () => {
  it.each<[string | null, boolean]>([
    [null, false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['*', true],
    ['br', false],
    ['gzip;q=0', false],
    ['gzip; q=0.0, *', false],
    ['*;q=0', false],
    ['', false],
  ])('says %j: %s', (said, takes) => expect(takesGzip(head(said))).toBe(takes));
});

describe('an answer', () => {
  it('that is large is pressed for who takes it', async () => {
    const gzip = new Gzip();
    const made = (await gzip.reply(answer(large), head('gzip'))) as HttpAnswer;
    expect(made.headers).toEqual(['x', 'y', 'content-encoding', 'gzip']);
    expect(unpacked(made)).toBe(large.toString());
    const text = (await gzip.reply(answer(large.toString()), head('gzip'))) as HttpAnswer;
    expect(unpacked(text)).toBe(large.toString());
  });

  it.each([
    ['of one who does not take it', answer(large), null],
    ['that is small', answer('[]'), 'gzip'],
    ['without a body', answer(null), 'gzip'],
  ])('%s is as it is', (_what, one, encoding) => {
    expect(new Gzip().reply(one, head(encoding))).toBe(one);
  });

  it('is pressed once, for all who are told it', async () => {
    const gzip = new Gzip();
    const one = answer(large, { headers: ['content-length', String(large.length), 'x', 'y'], complete: true });
    expect(gzip.ready(one, head('gzip'))).toBe(one);
    const made = (await gzip.reply(one, head('gzip'))) as HttpAnswer;
    expect(gzip.ready(one, head('gzip'))).toBe(made);
    expect(gzip.ready(one, head(null))).toBe(one);
    expect(made.headers).toEqual(['x', 'y', 'content-encoding', 'gzip', 'content-length', String((made.body as Buffer).length)]);
    // Another answer with the same body.
    const other = gzip.ready(answer(large), head('gzip'));
    expect(other.body).toBe(made.body);
  });

  it('goes out as it is where much is pressed already', async () => {
    const gzip = new Gzip();
    const replies = Array.from({ length: 4 }, () => gzip.reply(answer(Buffer.from(large)), head('gzip')));
    const all = replies.map((reply) => Promise.resolve(reply));
    expect(replies.map((reply) => reply instanceof Promise)).toEqual([true, true, false, false]);
    await Promise.all(all);
    expect(gzip.reply(answer(Buffer.from(large)), head('gzip'))).toBeInstanceOf(Promise);
  });

  it('that comes later is pressed then, the same for all who waited', async () => {
    const gzip = new Gzip();
    const one = answer(large);
    let left = 0;
    const later = { start: (tell: (told: HttpAnswer) => void) => (queueMicrotask(() => tell(one)), () => void left++) };
    const wait = (): Promise<HttpAnswer> =>
      new Promise((resolve) => {
        const reply = gzip.reply(later, head('gzip'));
        if ('start' in reply) reply.start(resolve);
      });
    const gone = gzip.reply(later, head('gzip'));
    let told = 0;
    if ('start' in gone) gone.start(() => told++)();
    const all = await Promise.all(Array.from({ length: 500 }, wait));
    expect(new Set(all).size).toBe(1);
    expect([unpacked(all[0] as HttpAnswer), left, told]).toEqual([large.toString(), 1, 0]);
  });
});
