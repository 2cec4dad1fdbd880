import { Client, credentials, Metadata, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { anybody, nothing, RollcallError, type AccessControl } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, openDoor, RawPeer, type OpenedDoor } from './door.fixture.js';

let opened: OpenedDoor;
let client: Client;
beforeEach(async () => {
  opened = await openDoor();
  client = clientOf(opened);
});
afterEach(async () => {
  client.close();
  await opened.close();
});

function clientOf({ port }: OpenedDoor): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
}

const write = (text: string): Buffer => Buffer.from(text);
const read = (bytes: Buffer): string => bytes.toString();

interface Asked {
  readonly path?: string;
  readonly metadata?: Metadata;
  readonly withinMs?: number;
}

function ask(text: string, { path = '/test.Face/Say', metadata = new Metadata(), withinMs }: Asked = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = withinMs === undefined ? {} : { deadline: Date.now() + withinMs };
    client.makeUnaryRequest(path, write, read, text, metadata, options, (error, answer) => {
      if (error === null) resolve(answer as string);
      else reject(error);
    });
  });
}

interface Talk {
  readonly stream: ClientDuplexStream<string, string>;
  readonly heard: string[];
  readonly ended: Promise<ServiceError | null>;
}

function talk(metadata: Metadata = new Metadata()): Talk {
  const stream = client.makeBidiStreamRequest('/test.Face/Talk', write, read, metadata);
  const heard: string[] = [];
  stream.on('data', (text: string) => heard.push(text));
  const ended = new Promise<ServiceError | null>((resolve) => {
    stream.on('error', (error: ServiceError) => resolve(error));
    stream.on('end', () => resolve(null));
  });
  return { stream, heard, ended };
}

describe('a call with one answer', () => {
  it('is answered', async () => {
    expect(await Promise.all(['a', 'b', 'c'].map((text) => ask(text)))).toEqual(['a!', 'b!', 'c!']);
  });

  it('fails in the face’s words, whatever is in them', async () => {
    await expect(ask('fail')).rejects.toMatchObject({ code: 9, details: 'not fail – 100 %' });
    await expect(ask('nonsense')).rejects.toMatchObject({ code: 13 });
  });

  it('of a method that nobody has is refused as grpc-go does', async () => {
    await expect(ask('', { path: '/test.Face/Sing' })).rejects.toMatchObject({
      code: 12,
      details: 'unknown method Sing for service test.Face',
    });
    await expect(ask('', { path: '/other/Say' })).rejects.toMatchObject({ code: 12, details: 'unknown service other' });
  });

  it('is answered however much that is, and refused where the question itself is above two mebibytes', async () => {
    expect(await ask('many 5000000')).toHaveLength(5_000_000);
    expect(await ask('x'.repeat(2 * 1024 * 1024))).toHaveLength(2 * 1024 * 1024 + 1);
    await expect(ask('x'.repeat(2 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: 8,
      details: 'grpc: received message larger than max (2097153 vs. 2097152)',
    });
  });

  it('may be compressed', async () => {
    const metadata = new Metadata();
    metadata.set('grpc-internal-encoding-request', 'gzip');
    expect(await ask('y'.repeat(10_000), { metadata })).toBe(`${'y'.repeat(10_000)}!`);
  });

  it('has an end in time, and its handler hears of it', async () => {
    const [before] = [opened.heard.calls.length];
    const answer = expect(ask('later', { withinMs: 600_000 })).rejects.toMatchObject({ code: 4 });
    await eventually(
      () => opened.heard.calls.length > before,
      () => 'for the call',
    );
    await opened.clock.advance(600_001);
    await answer;
    expect(opened.heard.calls.at(-1)?.signal.aborted).toBe(true);
  });

  it('that is given up is told so', async () => {
    const call = client.makeUnaryRequest('/test.Face/Say', write, read, 'later', () => undefined);
    await eventually(
      () => opened.heard.calls.length === 1,
      () => 'for the call',
    );
    call.cancel();
    await eventually(
      () => opened.heard.calls[0]?.signal.aborted === true,
      () => 'for the end of the call',
    );
  });
});

describe('a stream', () => {
  it('goes both ways, message by message, and ends when both have said all', async () => {
    const { stream, heard, ended } = talk();
    for (const text of ['a', 'b', 'c']) stream.write(text);
    await eventually(
      () => heard.length === 3,
      () => 'for the answers',
    );
    stream.end();
    expect(await ended).toBeNull();
    expect(heard).toEqual(['a!', 'b!', 'c!']);
    await eventually(
      () => opened.heard.closed === 1,
      () => 'for its end',
    );
  });

  it('that is ended while a message is still looked at hears the answer first', async () => {
    let goOn = (): void => undefined;
    opened.heard.pause = new Promise((resolve) => (goOn = resolve));
    const { stream, heard, ended } = talk();
    stream.write('a');
    stream.write('b');
    stream.end();
    await eventually(
      () => opened.heard.outlets.length === 1,
      () => 'for the stream',
    );
    goOn();
    expect(await ended).toBeNull();
    expect(heard).toEqual(['a!', 'b!']);
  });

  it('fails where its face fails', async () => {
    const { stream, ended } = talk();
    stream.write('throw');
    expect(await ended).toMatchObject({ code: 5, details: 'as asked' });
  });

  it('that nobody reads waits, and what waits can be seen', async () => {
    const { stream, heard, ended } = talk();
    stream.pause();
    await eventually(
      () => opened.heard.outlets.length === 1,
      () => 'for the stream',
    );
    const [outlet] = opened.heard.outlets;
    if (outlet === undefined) throw new Error('there is no stream');
    for (let at = 0; at < 200; at++) outlet.write('z'.repeat(100_000));
    expect(outlet.waitingBytes).toBeGreaterThan(1_000_000);
    let isTaken = false;
    outlet.whenTaken(() => (isTaken = true));
    expect(isTaken).toBe(false);
    stream.resume();
    await eventually(
      () => isTaken,
      () => 'for a reader',
    );
    outlet.end();
    expect(await ended).toBeNull();
    expect(heard).toHaveLength(200);
  });

  it('is one of thousands', async () => {
    const talks = Array.from({ length: 2000 }, () => talk());
    for (const [at, { stream }] of talks.entries()) stream.write(String(at));
    await eventually(
      () => talks.every(({ heard }) => heard.length === 1),
      () => 'for all of them',
    );
    for (const { stream } of talks) stream.cancel();
    await eventually(
      () => opened.heard.closed === 2000,
      () => 'for their ends',
    );
  });
});

describe('the end', () => {
  it('is told: streams fail so that their clients come back elsewhere, and what was asked is answered', async () => {
    const { ended } = talk();
    await eventually(
      () => opened.heard.outlets.length === 1,
      () => 'for the stream',
    );
    opened.door.drain();
    expect(await ended).toMatchObject({ code: 14, details: 'stopping' });
    await expect(ask('late', { withinMs: 1000 })).rejects.toMatchObject({ code: 14 });
    await opened.door.close();
  });
});

describe('who asks', () => {
  let follow: () => void = () => undefined;
  let isKnown = true;
  const access: AccessControl = {
    isOpen: false,
    identify: ({ token }) => {
      if (token === null) return { name: 'anonymous', may: nothing };
      if (token === 'secret' && isKnown) return anybody;
      throw new RollcallError('unauthenticated', 'nobody knows this token');
    },
    follow: (changed) => {
      follow = changed;
      return () => undefined;
    },
  };
  beforeEach(async () => {
    client.close();
    await opened.close();
    isKnown = true;
    opened = await openDoor({}, access);
    client = clientOf(opened);
  });
  const shown = (token: string): Metadata => {
    const metadata = new Metadata();
    metadata.set('token', token);
    return metadata;
  };

  it('is asked for a token, where the method takes a right', async () => {
    await expect(ask('a')).rejects.toMatchObject({ code: 16 });
    await expect(ask('a', { metadata: shown('wrong') })).rejects.toMatchObject({ code: 16 });
    expect(await ask('a', { metadata: shown('secret') })).toBe('a!');
    expect(await ask('a', { path: '/test.Face/Open' })).toBe('a');
  });

  it('keeps a stream for as long as he may have it', async () => {
    const { ended } = talk(shown('secret'));
    await eventually(
      () => opened.heard.outlets.length === 1,
      () => 'for the stream',
    );
    follow();
    expect(opened.heard.closed).toBe(0);
    isKnown = false;
    follow();
    expect(await ended).toMatchObject({ code: 16 });
  });
});

it('HTTP of either kind is passed on, and bodies are what they say', async () => {
  const url = `http://127.0.0.1:${opened.port}/somewhere`;
  expect(await (await fetch(url, { method: 'POST', body: 'hello' })).text()).toBe('POST /somewhere hello');
  const { connect } = await import('node:http2');
  const session = connect(url);
  const get = (headers: Record<string, string>, body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':path': '/there?x=1', ...headers }, { endStream: false });
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => resolve(text));
      stream.on('error', reject);
      stream.end(body);
    });
  expect(await get({ ':method': 'PUT' }, 'body')).toBe('PUT /there?x=1 body');
  expect(await get({ ':method': 'GET' }, 'GET /other HTTP/1.1\r\nhost: a\r\n\r\n')).toContain('GET /there?x=1 GET /other');
  await expect(get({ ':method': 'POST', 'content-length': '3' }, 'more than three')).rejects.toThrow();
  session.destroy();
});

it('more connections than there may be are told to go', async () => {
  await opened.close();
  opened = await openDoor({ connectionsMax: 1 });
  const first = (await RawPeer.open(opened.port)).greet();
  await eventually(
    () => first.frames.length > 0,
    () => 'for the first one',
  );
  const second = (await RawPeer.open(opened.port)).greet();
  await eventually(
    () => second.errorIn(7) === 0,
    () => 'for the second one’s end',
  );
  expect(first.errorIn(7)).toBeUndefined();
  first.socket.destroy();
});
