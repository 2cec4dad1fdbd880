import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { embeddedRows, readEmbedded } from './options/embedded-options.js';
import { startRegistry, type EmbeddedRegistry, type RegistryOptions } from './index.js';
import { serveOptions } from './options/options.js';

const running: EmbeddedRegistry[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

async function start(options?: RegistryOptions): Promise<EmbeddedRegistry> {
  const registry = await startRegistry(options);
  running.push(registry);
  return registry;
}

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
  directories.push(directory);
  return directory;
}

function register(url: string, service: string): Promise<Response> {
  const body = JSON.stringify({ service, host: '10.0.0.5', port: 8080 });
  return fetch(`${url}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

async function services(url: string): Promise<readonly string[]> {
  const { services } = (await (await fetch(`${url}/services`)).json()) as { readonly services: readonly { readonly service: string }[] };
  return services.map(({ service }) => service);
}

describe('startRegistry', () => {
  it('answers under its url, on a free port of loopback', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await register(url, 'payments')).status).toBe(201);
    expect(await services(url)).toEqual(['payments']);
  });

  it('starts several that know nothing of each other', async () => {
    const [one, other] = [await start(), await start({ data: await emptyDirectory() })];
    await register(one.url, 'payments');
    await register(other.url, 'orders');
    expect([await services(one.url), await services(other.url)]).toEqual([['payments'], ['orders']]);
  });

  it('keeps in `data` what it was told', async () => {
    const data = await emptyDirectory();
    const first = await start({ data });
    await register(first.url, 'payments');
    await first.close();
    expect(await services((await start({ data })).url)).toEqual(['payments']);
  });

  it('lets go of port and directory, however often it is closed', async () => {
    const data = await emptyDirectory();
    const { url, close } = await start({ data });
    await Promise.all([close(), close()]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    const http = Number(new URL(url).port);
    expect((await start({ data, http })).url).toBe(url);
  });

  it('closes with the block that uses it', async () => {
    let url: string;
    {
      await using registry = await startRegistry();
      url = registry.url;
      expect(await services(url)).toEqual([]);
    }
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('is asked on loopback where it listens on all addresses, and tells the log that others can too', async () => {
    const told: string[] = [];
    const note = (message: string): void => void told.push(message);
    const { url } = await start({ bind: '0.0.0.0', insecure: true, log: { info: note, warn: note, error: note } });
    expect(await services(url)).toEqual([]);
    expect(told.join()).toContain('NO ACCESS CONTROL');
  });

  it('names a port that is taken, and keeps nothing open', async () => {
    const { url } = await start();
    const data = await emptyDirectory();
    await expect(start({ data, http: Number(new URL(url).port) })).rejects.toThrow('is taken');
    await start({ data });
  });
});

describe('a process with a registry in it', () => {
  it('has its signals for itself, hears nothing, and ends by itself once the registry is closed', async () => {
    const index = new URL('index.ts', import.meta.url).href;
    const program = `
      import { startRegistry } from ${JSON.stringify(index)};
      const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]).sort();
      const before = JSON.stringify(listeners());
      const one = await startRegistry();
      const other = await startRegistry({ data: process.argv[1] });
      const stream = await fetch(one.url + '/watch', { headers: { accept: 'text/event-stream' } });
      const same = JSON.stringify(listeners()) === before;
      await one.close();
      await other.close();
      await stream.text();
      process.on('exit', () => console.log(same ? 'untouched' : 'changed'));`;
    const command = [
      '--conditions=@rollcall/source',
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      program,
      '--',
      await emptyDirectory(),
    ];
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const ended = await promisify(execFile)(process.execPath, command, { cwd, timeout: 25_000 });
    expect(ended).toMatchObject({ stdout: 'untouched\n', stderr: '' });
  });
});

describe('the options of an embedded registry', () => {
  const camelCase = (flag: string): string => flag.replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());

  it('are those of the table, under the names of the flags', () => {
    const rows = Object.entries(serveOptions).map(([row, { flag }]) => [camelCase(flag), row]);
    expect(embeddedRows).toEqual(Object.fromEntries(rows));
  });

  it.each<[RegistryOptions, object]>([
    [{}, { store: 'memory', http: 0, bind: '127.0.0.1' }],
    [{ data: 'here' }, { store: 'embedded', data: 'here' }],
    [{ data: 'here', store: 'memory' }, { store: 'memory' }],
    [
      { historyAge: '90m', guardWindow: 60_000 },
      { historyAgeMaxMs: 5_400_000, guardWindowMs: 60_000 },
    ],
    [{ answerCache: '2MiB' }, { answerCacheBytesMax: 2_097_152 }],
    [
      { answerCache: 2_097_152, guardShare: '30%' },
      { answerCacheBytesMax: 2_097_152, guardShare: 0.3 },
    ],
    [{ corsOrigin: ['https://a.example', 'https://b.example'] }, { corsOrigins: ['https://a.example', 'https://b.example'] }],
    [{ corsOrigin: [] }, { corsOrigins: [] }],
    [
      { watchers: 5, connections: 7, historyRevisions: 9 },
      { watchersMax: 5, connectionsMax: 7, historyRevisionsMax: 9 },
    ],
  ])('%j', (given, read) => {
    expect(readEmbedded(given)).toMatchObject(read);
  });

  it('are refused with everything that is wrong', () => {
    const wrong = { http: 99_999, store: 'embedded', historyAge: 'soon', dnss: 53, toString: 1 } as unknown as RegistryOptions;
    const refusal = (): unknown => readEmbedded(wrong);
    for (const word of ['http is 99999', 'historyAge is "soon"', 'dnss is not known', 'toString is not known', 'without data']) {
      expect(refusal).toThrow(word);
    }
    expect(refusal).toThrow(TypeError);
  });

  it('that are secret are not repeated by a refusal', () => {
    const refusal = (): unknown => readEmbedded({ eurekaPeer: 'http://mallory:open-sesame@host:99999/' });
    expect(refusal).toThrow('eurekaPeer is something else, which is kept secret: it is no URL');
    expect(refusal).not.toThrow('sesame');
  });

  it('are not looked for in the environment', () => {
    process.env['ROLLCALL_HTTP'] = '9000';
    try {
      expect(readEmbedded({}).http).toBe(0);
    } finally {
      delete process.env['ROLLCALL_HTTP'];
    }
  });
});
