/**
 * What a real Eureka server answered, asked of this one: the same requests in the same order, compared to the letter. Only what
 * no two servers have in common is left out: times, the numbers of deltas, and the order of metadata.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { afterEach, describe, expect, it } from 'vitest';
import { serveOptions, type ServeOptions } from './options.js';
import { runRegistry, type Registry } from './registry.js';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly type: string | null;
  readonly encoding: string | null;
  readonly body: string;
}

interface Transcript {
  readonly name: string;
  readonly origin: string;
  readonly exchanges: readonly { readonly asked: Asked; readonly answered: Answered }[];
}

const folder = new URL('../../../interop/eureka/transcripts/', import.meta.url);
const transcripts = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Transcript);

/** Where this face answers otherwise, on purpose: each with the reason. */
const otherwise: readonly { readonly in: string; readonly at: (asked: Asked) => boolean; readonly status: number; readonly why: string }[] =
  [
    {
      in: '*',
      at: ({ path }) => path === '/serverinfo/statusoverrides',
      status: 200,
      why: 'a real one has it beside /eureka, not below; here it is at both',
    },
    {
      in: 'one by JSON',
      at: ({ headers }) => headers?.['accept'] === 'application/*+json',
      status: 200,
      why: 'whoever speaks of JSON gets it',
    },
    {
      in: 'signs of life',
      at: ({ path }) => path.endsWith('lastDirtyTimestamp=nonsense'),
      status: 200,
      why: 'a heartbeat counts, whatever else it says',
    },
    {
      in: 'said from outside',
      at: ({ method, path }) => method === 'PUT' && /\/status(?:\?value=SLEEPY)?$/.test(path),
      status: 400,
      why: 'it is the sender who is wrong',
    },
    {
      in: 'what is wrong',
      at: ({ headers, body = '' }) => headers?.['content-type'] === 'text/plain' && body.startsWith('<'),
      status: 204,
      why: 'what is XML is read as XML, whatever it is called',
    },
    { in: 'bodies of other clients', at: ({ path, body = '' }) => path === '/apps/jq' && body !== '', status: 204, why: 'a bare port' },
    {
      in: 'bodies of other clients',
      at: ({ path, body = '' }) => path === '/apps/FIELDS' && body !== '',
      status: 204,
      why: 'unknown fields are passed over',
    },
    { in: 'bodies of other clients', at: ({ path }) => ['/apps/JQ', '/apps/FIELDS'].includes(path), status: 200, why: 'they did register' },
  ];

/** What stands otherwise in a body, on purpose. */
const edited: readonly { readonly in: string; readonly edit: (body: string) => string; readonly why: string }[] = [
  {
    in: 'several, by XML and JSON, in all statuses',
    edit: (body) =>
      body
        .replaceAll(/(<instanceId>seeded<[^]*?<actionType>)ADDED/g, '$1MODIFIED')
        .replaceAll(/("instanceId":"seeded"[^]*?"actionType":")ADDED/g, '$1MODIFIED'),
    why: 'an override that comes with a registration is an intent, written after it',
  },
];

const registries: Registry[] = [];
afterEach(async () => {
  for (const registry of registries.splice(0)) await registry.stop();
});

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

async function start(): Promise<number> {
  const options: ServeOptions = { ...usual, store: 'memory', http: 0, dns: 'off', eurekaProbe: false };
  const registry = await runRegistry(options, { clock: new SimulatedClock(), random: new SeededRandom(1), log: silent, version: '1.2.3' });
  registries.push(registry);
  return Number(registry.doors['http']?.split(':').at(-1));
}

function ask(port: number, { method, path, headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: `/eureka${path}`, method, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const { 'content-type': type = null, 'content-encoding': encoding = null } = response.headers;
        const whole = Buffer.concat(pieces);
        resolve({ status: response.statusCode ?? 0, type, encoding, body: (encoding === 'gzip' ? gunzipSync(whole) : whole).toString() });
      });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/** Times that a client gave stand as they are: it gave them as of long ago. */
const GIVEN = /^17000000\d{5}$/;

function comparable({ path }: Asked, { status, type, encoding, body }: Answered): object {
  // What is said with a refusal is for people.
  if (status >= 400 && status !== 409) return { status };
  const timeless = body.replaceAll(/(?<=[^\d])\d{13}(?=[^\d])/g, (digits) => (GIVEN.test(digits) ? digits : 'NOW'));
  const versionless = path.endsWith('/delta') ? timeless.replace(/(versions__delta>|versions__delta":")\d+/, '$1N') : timeless;
  return { status, type, encoding, body: type === 'application/json' && body !== '' ? sortedJson(versionless) : sortedXml(versionless) };
}

function sortedJson(text: string): string {
  return text.replaceAll(
    /"metadata":\{([^}]*)\}/g,
    (_, inside: string) =>
      `"metadata":{${inside
        .split(/,(?=")/)
        .sort()
        .join(',')}}`,
  );
}

function sortedXml(text: string): string {
  return text.replaceAll(/(<metadata>\s*)([^]*?)(\s*<\/metadata>)/g, (_, begin: string, inside: string, end: string) => {
    const children = inside.match(/<([^\s>]+)>[^]*?<\/\1>/g) ?? [];
    return `${begin}${children.toSorted().join('\n')}${end}`;
  });
}

describe.each(transcripts)('$name', ({ name, exchanges }) => {
  it('is answered as by a real server', async () => {
    const port = await start();
    for (const { asked, answered } of exchanges) {
      const ours = await ask(port, asked);
      const excuse = otherwise.find((one) => (one.in === '*' || one.in === name) && one.at(asked));
      const what = `${asked.method} ${asked.path} ${JSON.stringify(asked.headers ?? {})}`;
      const edit = edited.find((one) => one.in === name)?.edit ?? ((body: string) => body);
      const theirs = { ...answered, body: edit(answered.body) };
      if (excuse === undefined) expect(comparable(asked, ours), what).toEqual(comparable(asked, theirs));
      else expect([ours.status, ours.status === answered.status], `${what}: ${excuse.why}`).toEqual([excuse.status, false]);
    }
  });
});
