import { describe, expect, it } from 'vitest';
import { answerCookie } from './cookies.js';
import { sipHash } from './siphash.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const hex = (value: Uint8Array): string => Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');

describe('SipHash-2-4', () => {
  const key = Uint8Array.from({ length: 16 }, (_, at) => at);
  // From the paper's reference vectors.
  it.each([
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [8, '6224939a79f5f593'],
    [15, 'e545be4961ca29a1'],
    [63, '724506eb4c328a95'],
  ])('of %i bytes', (length, expected) => {
    expect(
      hex(
        sipHash(
          key,
          Uint8Array.from({ length }, (_, at) => at),
        ),
      ),
    ).toBe(expected);
  });
});

/** RFC 9018, appendix A. */
describe('the cookies of RFC 9018', () => {
  const secret = bytes('e5e973e5a6b2a43f48e7dc849e37bfcf');
  const address = Uint8Array.of(198, 51, 100, 100);

  it('are made as there', () => {
    const { state, cookie } = answerCookie(secret, bytes('2464c4abcf10c957'), address, 1_559_731_985);
    expect([state, hex(cookie)]).toEqual(['new', '2464c4abcf10c957010000005cf79f111f8130c3eee29480']);
  });

  it('hold for an hour, and are renewed after half of it', () => {
    const known = bytes('2464c4abcf10c957010000005cf79f111f8130c3eee29480');
    const at = (seconds: number): unknown[] => {
      const { state, cookie } = answerCookie(secret, known, address, 1_559_731_985 + seconds);
      return [state, hex(cookie) === hex(known)];
    };
    expect([at(0), at(1800), at(1801), at(3600), at(3601), at(-300), at(-301)]).toEqual([
      ['valid', true],
      ['valid', true],
      ['valid', false],
      ['valid', false],
      ['new', false],
      ['valid', true],
      ['new', false],
    ]);
  });

  it('of another with the same secret hold, whatever its reserved bytes are', () => {
    const theirs = bytes('fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5');
    const { state } = answerCookie(secret, theirs, Uint8Array.of(203, 0, 113, 203), 1_559_727_985);
    expect(state).toBe('valid');
  });

  it('hold for one address and one secret alone', () => {
    const known = bytes('2464c4abcf10c957010000005cf79f111f8130c3eee29480');
    expect(answerCookie(secret, known, Uint8Array.of(198, 51, 100, 101), 1_559_731_985).state).toBe('new');
    expect(answerCookie(new Uint8Array(16), known, address, 1_559_731_985).state).toBe('new');
  });

  it('are made for IPv6 too', () => {
    const v6 = bytes('20010db8022001000100000000000001'.slice(0, 32));
    const made = answerCookie(secret, bytes('22681ab97d52c298'), v6, 1_559_741_961);
    expect(answerCookie(secret, made.cookie, v6, 1_559_741_961).state).toBe('valid');
  });
});
