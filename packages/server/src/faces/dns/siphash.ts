/** SipHash-2-4 (Aumasson and Bernstein), with which RFC 9018 makes cookies. In halves of 32 bits, as numbers here go no further. */

/** `key` has sixteen bytes; the answer eight. */
export function sipHash(key: Uint8Array, message: Uint8Array): Uint8Array {
  const state = start(key);
  const whole = message.length & ~7;
  for (let at = 0; at < whole; at += 8) absorb(state, u32(message, at), u32(message, at + 4));
  const last = new Uint8Array(8);
  last.set(message.subarray(whole));
  last[7] = message.length & 0xff;
  absorb(state, u32(last, 0), u32(last, 4));
  state[4] = (state[4] as number) ^ 0xff;
  for (let round = 0; round < 4; round++) mix(state);
  const hash = new Uint8Array(8);
  const fold = (half: 0 | 1): number =>
    (state[half] as number) ^ (state[2 + half] as number) ^ (state[4 + half] as number) ^ (state[6 + half] as number);
  for (let at = 0; at < 4; at++) {
    hash[at] = fold(0) >>> (at * 8);
    hash[at + 4] = fold(1) >>> (at * 8);
  }
  return hash;
}

/** The four words, each as its low and its high half. */
function start(key: Uint8Array): Int32Array {
  const [k0l, k0h, k1l, k1h] = [u32(key, 0), u32(key, 4), u32(key, 8), u32(key, 12)];
  return Int32Array.of(
    k0l ^ 0x70736575,
    k0h ^ 0x736f6d65,
    k1l ^ 0x6e646f6d,
    k1h ^ 0x646f7261,
    k0l ^ 0x6e657261,
    k0h ^ 0x6c796765,
    k1l ^ 0x79746573,
    k1h ^ 0x74656462,
  );
}

function absorb(state: Int32Array, low: number, high: number): void {
  state[6] = (state[6] as number) ^ low;
  state[7] = (state[7] as number) ^ high;
  mix(state);
  mix(state);
  state[0] = (state[0] as number) ^ low;
  state[1] = (state[1] as number) ^ high;
}

function mix(state: Int32Array): void {
  half(state, 0, 2, 13, 4, 6, 16);
  half(state, 4, 2, 17, 0, 6, 21);
}

/** Both adders of a half round; the one of `a` is then turned by 32 bits. */
function half(state: Int32Array, a: number, b: number, turnB: number, c: number, d: number, turnD: number): void {
  add(state, a, b);
  turn(state, b, turnB);
  exclude(state, b, a);
  exchange(state, a);
  add(state, c, d);
  turn(state, d, turnD);
  exclude(state, d, c);
}

function add(state: Int32Array, to: number, from: number): void {
  const low = ((state[to] as number) >>> 0) + ((state[from] as number) >>> 0);
  state[to] = low;
  state[to + 1] = (state[to + 1] as number) + (state[from + 1] as number) + (low > 0xffff_ffff ? 1 : 0);
}

function turn(state: Int32Array, word: number, bits: number): void {
  const [low, high] = [state[word] as number, state[word + 1] as number];
  state[word] = (low << bits) | (high >>> (32 - bits));
  state[word + 1] = (high << bits) | (low >>> (32 - bits));
}

function exclude(state: Int32Array, to: number, from: number): void {
  state[to] = (state[to] as number) ^ (state[from] as number);
  state[to + 1] = (state[to + 1] as number) ^ (state[from + 1] as number);
}

function exchange(state: Int32Array, word: number): void {
  const low = state[word] as number;
  state[word] = state[word + 1] as number;
  state[word + 1] = low;
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}
