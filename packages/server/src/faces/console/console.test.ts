import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import { isRollcallError, noMeter, openAccess } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpDoor } from '../../doors/http/door.js';
import { inject, type Answered } from '../../doors/http/in-memory.fixture.js';
import type { HttpFace } from '../../shared/http-face.js';
import { ConsoleFace } from './server.js';

const page = '<script src="{{hash}}/main.js"></script>\n{{modules}}';

let directory: string;
let door: HttpDoor;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-console-'));
  await write('static/index.html', page);
  await write('static/style.css', 'body {}');
  await write('dist/main.js', "import './view/rows.js';");
  await write('dist/view/rows.js', '');
  await write('dist/index.js', 'not for browsers');
  await write('dist/main.d.ts', 'not for browsers either');
  door = doorBefore(directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(directory, path, '..'), { recursive: true });
  await writeFile(join(directory, path), text);
}

function doorBefore(folder: string): HttpDoor {
  const url = (name: string): string => `${pathToFileURL(join(folder, name)).href}/`;
  const failed: HttpFace['failed'] = (error) => {
    const code = isRollcallError(error) ? error.code : 'internal';
    return { status: code === 'unknown-route' ? 404 : 500, headers: [], body: code };
  };
  const root: HttpFace = { name: 'root', prefix: '', routes: [], failed };
  const face = new ConsoleFace({ folders: { page: url('static'), modules: url('dist') }, failed });
  return new HttpDoor({
    faces: [root, face],
    bind: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    connectionsMax: 100,
    access: openAccess,
    load: () => ({ loopDelayMs: 0, commitsWaiting: 0 }),
    clock: new SimulatedClock(),
    random: new SeededRandom(1),
    meter: noMeter,
  });
}

function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return inject(door, { url, headers });
}

async function hashOf(): Promise<string> {
  return /src="([0-9a-f]{16})\/main\.js"/.exec((await get('/ui/')).body)?.[1] ?? '';
}

describe('the page', () => {
  it('names its files by their hash, and all modules so that they are asked for at once', async () => {
    const { statusCode, headers, body } = await get('/ui/');
    const hash = await hashOf();
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache']);
    expect(body).toBe(
      page
        .replace('{{hash}}', hash)
        .replace(
          '{{modules}}',
          `<link rel="modulepreload" href="${hash}/main.js" />\n    <link rel="modulepreload" href="${hash}/view/rows.js" />`,
        ),
    );
  });

  it('is not sent again to who has it', async () => {
    const { headers } = await get('/ui/');
    const again = await get('/ui/', { 'if-none-match': `"x", W/${headers['etag'] ?? ''}` });
    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', headers['etag']]);
    expect((await get('/ui/', { 'if-none-match': '"x"' })).statusCode).toBe(200);
  });

  it('has another hash as soon as a file is another', async () => {
    const before = await hashOf();
    await write('static/style.css', 'body { margin: 0 }');
    expect(await hashOf()).toBe(before);
    door = doorBefore(directory);
    expect(await hashOf()).not.toBe(before);
  });

  it.each(['/ui', '/'])('is where %s leads a browser', async (path) => {
    const { statusCode, headers } = await get(path, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([statusCode, headers['location'], headers['vary']]).toEqual([307, 'ui/', 'accept']);
  });

  it('is not at the root for everybody else', async () => {
    expect((await get('/', { accept: '*/*' })).statusCode).toBe(404);
    expect((await get('/')).body).toBe('unknown-route');
  });

  it('allows nothing that is not of this registry', async () => {
    const policy = String((await get('/ui/')).headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'.*script-src 'self';.*require-trusted-types-for 'script'; trusted-types 'none'$/);
    expect(policy).not.toMatch(/unsafe|data:|\*|https?:/);
  });
});

describe('a file', () => {
  it.each([
    ['main.js', 'text/javascript; charset=utf-8', "import './view/rows.js';"],
    ['view/rows.js', 'text/javascript; charset=utf-8', ''],
    ['style.css', 'text/css; charset=utf-8', 'body {}'],
  ])('%s may be kept for ever', async (path, type, body) => {
    const answered = await get(`/ui/${await hashOf()}/${path}`);
    expect([answered.statusCode, answered.headers['content-type'], answered.body]).toEqual([200, type, body]);
    expect(answered.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each(['index.js', 'main.d.ts', 'index.html', '', '../package.json', '%2e%2e/dist/main.js', 'view', '__proto__', 'no.js'])(
    'that is none (%s) is not there',
    async (path) => {
      expect((await get(`/ui/${await hashOf()}/${path}`)).statusCode).toBe(404);
    },
  );

  it('of another version is not there', async () => {
    expect((await get('/ui/0123456789abcdef/main.js')).statusCode).toBe(404);
  });
});

describe('a console that is not built', () => {
  it('says so, and is there as soon as it is', async () => {
    await rm(join(directory, 'dist/main.js'));
    expect((await get('/ui/')).statusCode).toBe(500);
    await write('dist/main.js', '');
    expect((await get('/ui/')).statusCode).toBe(200);
  });
});
