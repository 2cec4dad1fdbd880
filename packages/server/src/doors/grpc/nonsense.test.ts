import { frameFlag, frameType, http2Error, PREFACE, type Http2ErrorName } from '@rollcall/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callHead, eventually, message, openDoor, RawPeer, type OpenedDoor } from './door.fixture.js';

let opened: OpenedDoor;
let peer: RawPeer;
beforeEach(async () => {
  opened = await openDoor();
  peer = await RawPeer.open(opened.port);
});
afterEach(async () => {
  peer.socket.destroy();
  await opened.close();
});

const { ACK, END_HEADERS, END_STREAM, PADDED } = frameFlag;
const { CONTINUATION, DATA, GOAWAY, HEADERS, PING, PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE } = frameType;
const four = (value: number): Buffer => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);

async function ends(code: Http2ErrorName): Promise<void> {
  await eventually(
    () => peer.errorIn(GOAWAY) === http2Error[code],
    () => `for ${code}, and heard ${peer.errorIn(GOAWAY) ?? 'nothing'}`,
  );
  await eventually(
    () => peer.socket.readableEnded || peer.socket.destroyed,
    () => 'for the end of the connection',
  );
}

async function resets(code: Http2ErrorName): Promise<void> {
  await eventually(
    () => peer.errorIn(RST_STREAM) === http2Error[code],
    () => `for ${code}, and heard ${peer.errorIn(RST_STREAM) ?? 'nothing'}`,
  );
  expect(peer.errorIn(GOAWAY)).toBeUndefined();
}

async function answers(): Promise<void> {
  await eventually(
    () => peer.frames.some(({ type, flags }) => type === HEADERS && (flags & END_STREAM) !== 0),
    () => 'for an answer',
  );
}

describe('a connection ends for', () => {
  it.each<[string, Http2ErrorName, (peer: RawPeer) => RawPeer]>([
    ['a frame that is too large', 'FRAME_SIZE_ERROR', (it) => it.frame(DATA, 0, 1, Buffer.alloc(16_385))],
    ['data on a stream that nobody opened', 'PROTOCOL_ERROR', (it) => it.frame(DATA, 0, 1, message('a'))],
    ['headers without a stream', 'PROTOCOL_ERROR', (it) => it.frame(HEADERS, END_HEADERS, 0, callHead('/a'))],
    ['headers on a stream of ours', 'PROTOCOL_ERROR', (it) => it.call(2)],
    ['headers that cannot be read', 'COMPRESSION_ERROR', (it) => it.frame(HEADERS, END_HEADERS, 1, Buffer.from([0xff, 0xff, 0xff]))],
    [
      'headers that something interrupts',
      'PROTOCOL_ERROR',
      (it) => it.frame(HEADERS, 0, 1, callHead('/a')).frame(PING, 0, 0, Buffer.alloc(8)),
    ],
    ['headers in pieces without end', 'ENHANCE_YOUR_CALM', (it) => piecesWithoutEnd(it)],
    ['headers that go on without a beginning', 'PROTOCOL_ERROR', (it) => it.frame(CONTINUATION, END_HEADERS, 1, callHead('/a'))],
    ['a promise', 'PROTOCOL_ERROR', (it) => it.frame(PUSH_PROMISE, END_HEADERS, 1, four(2))],
    ['a ping of seven bytes', 'FRAME_SIZE_ERROR', (it) => it.frame(PING, 0, 0, Buffer.alloc(7))],
    ['a ping on a stream', 'PROTOCOL_ERROR', (it) => it.frame(PING, 0, 1, Buffer.alloc(8))],
    ['settings cut off', 'FRAME_SIZE_ERROR', (it) => it.frame(SETTINGS, 0, 0, Buffer.alloc(5))],
    ['settings in an answer', 'FRAME_SIZE_ERROR', (it) => it.frame(SETTINGS, ACK, 0, Buffer.alloc(6))],
    ['a window that is too large', 'FLOW_CONTROL_ERROR', (it) => it.frame(WINDOW_UPDATE, 0, 0, four(0x7fff_ffff))],
    ['a window that grows by nothing', 'PROTOCOL_ERROR', (it) => it.frame(WINDOW_UPDATE, 0, 0, four(0))],
    ['a reset of what was never open', 'PROTOCOL_ERROR', (it) => it.frame(RST_STREAM, 0, 9, four(8))],
    ['padding that is more than the frame', 'PROTOCOL_ERROR', (it) => it.call(1).frame(DATA, PADDED, 1, Buffer.from([9, 1, 2]))],
    ['pings without end', 'ENHANCE_YOUR_CALM', (it) => many(it, 10_001, () => it.frame(PING, 0, 0, Buffer.alloc(8)))],
    ['settings without end', 'ENHANCE_YOUR_CALM', (it) => many(it, 10_001, () => it.frame(SETTINGS, 0, 0))],
    ['data without bytes without end', 'ENHANCE_YOUR_CALM', (it) => many(it.call(1), 10_001, () => it.frame(DATA, 0, 1))],
  ])('%s', async (_name, code, say) => {
    say(peer.greet());
    await ends(code);
  });

  it('a beginning that begins well only', async () => {
    peer.socket.write(`${PREFACE.slice(0, 20)}and now for something else`);
    await ends('PROTOCOL_ERROR');
  });
});

function many(it: RawPeer, count: number, say: () => void): RawPeer {
  it.socket.cork();
  for (let at = 0; at < count; at++) say();
  it.socket.uncork();
  return it;
}

function piecesWithoutEnd(it: RawPeer): RawPeer {
  it.frame(HEADERS, 0, 1, callHead('/a'));
  return many(it, 40, () => it.frame(CONTINUATION, 0, 1, Buffer.alloc(1000)));
}

describe('a stream ends for', () => {
  it.each<[string, Http2ErrorName, readonly (readonly [string, string])[]]>([
    ['a name in capitals', 'PROTOCOL_ERROR', [['Token', 'a']]],
    ['a word about the connection', 'PROTOCOL_ERROR', [['connection', 'close']]],
    ['what is asked twice', 'PROTOCOL_ERROR', [[':path', '/b']]],
    ['a line in a value', 'PROTOCOL_ERROR', [['token', 'a\r\nb: c']]],
  ])('%s', async (_name, code, more) => {
    peer.greet().call(1, '/test.Face/Say', more);
    await resets(code);
  });

  it('data after its end, and the connection goes on', async () => {
    peer.greet().call(1, '/test.Face/Say').frame(DATA, END_STREAM, 1, message('a'));
    await answers();
    peer.frame(DATA, 0, 1, message('b'));
    await resets('STREAM_CLOSED');
    peer.call(3).frame(DATA, END_STREAM, 3, message('c'));
    await eventually(
      () => opened.heard.words.includes('c'),
      () => 'for the next call',
    );
  });
});

describe('what is unusual and allowed', () => {
  it('an authority that is none: some clients of etcd have it', async () => {
    peer.greet().call(1).frame(DATA, END_STREAM, 1, message('a'));
    await answers();
  });

  it('headers and data in single bytes, padded, a message cut in two', async () => {
    peer.slowly = true;
    const text = message('in pieces');
    peer
      .greet()
      .frame(HEADERS, 0, 1, callHead('/test.Face/Say').subarray(0, 7))
      .frame(CONTINUATION, END_HEADERS, 1, callHead('/test.Face/Say').subarray(7));
    peer
      .frame(DATA, PADDED, 1, Buffer.concat([Buffer.from([3]), text.subarray(0, 3), Buffer.alloc(3)]))
      .frame(DATA, END_STREAM, 1, text.subarray(3));
    await eventually(
      () => opened.heard.words.includes('in pieces'),
      () => 'for the message',
    );
  });

  it('a reader whose window is nothing gets the rest when he opens it', async () => {
    const settings = Buffer.from([0, 4, 0, 0, 0, 1]);
    peer.greet().frame(SETTINGS, 0, 0, settings).call(1).frame(DATA, END_STREAM, 1, message('ab'));
    const data = (): number => peer.frames.filter(({ type }) => type === DATA).reduce((sum, { payload }) => sum + payload.length, 0);
    await eventually(
      () => data() === 1,
      () => 'for the first byte',
    );
    expect(peer.frames.some(({ type, flags }) => type === HEADERS && (flags & END_STREAM) !== 0)).toBe(false);
    peer.frame(WINDOW_UPDATE, 0, 1, four(100));
    await answers();
    expect(data()).toBe(message('ab!').length);
  });

  it('who says nothing is asked whether he is there, and let go if he is not', async () => {
    peer.greet();
    await eventually(
      () => peer.frames.some(({ type }) => type === SETTINGS),
      () => 'for the greeting',
    );
    await opened.clock.advance(65_000);
    await eventually(
      () => peer.frames.some(({ type, flags }) => type === PING && flags === 0),
      () => 'for a ping',
    );
    await opened.clock.advance(60_000);
    await eventually(
      () => peer.socket.destroyed || peer.socket.readableEnded,
      () => 'for the end',
    );
  });

  it('who connects and says nothing at all is let go', async () => {
    await opened.clock.advance(11_000);
    await eventually(
      () => peer.socket.destroyed || peer.socket.readableEnded,
      () => 'for the end',
    );
  });
});

it('whatever is said, the door stays open', async () => {
  const frame = fc.record({
    type: fc.nat({ max: 12 }),
    flags: fc.nat({ max: 255 }),
    stream: fc.oneof(fc.constantFrom(0, 1, 3, 5), fc.nat({ max: 2 ** 31 - 1 })),
    payload: fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constant(callHead('/test.Face/Talk')), fc.constant(message('hello'))),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 30 }), async (frames) => {
      const one = (await RawPeer.open(opened.port)).greet();
      for (const { type, flags, stream, payload } of frames) one.frame(type, flags, stream, payload);
      one.socket.end();
      await eventually(
        () => one.socket.destroyed || one.socket.readableEnded,
        () => 'for its end',
      );
      one.socket.destroy();
    }),
    { numRuns: 60 },
  );
  peer.greet().call(1).frame(DATA, END_STREAM, 1, message('still here'));
  await answers();
});
