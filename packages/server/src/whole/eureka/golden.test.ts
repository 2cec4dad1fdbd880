/**
 * What a real Eureka server answered, asked of this one: the same requests in the same order, compared to the letter. Only what
 * no two servers have in common is left out: times, the numbers of deltas, and the order of metadata.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import type { Log } from '@rollcall/core';
import { afterEach, describe, expect, it } from 'vitest';
import { askEureka, type EurekaAnswered, type EurekaAsked } from '../../../../../test/support/eureka-asking.js';
import { serveOptions, type ServeOptions } from '../../options/options.js';
import { runRegistry, type Registry } from '../../registry.js';

interface Transcript {
  readonly name: string;
  readonly origin: string;
  readonly exchanges: readonly { readonly asked: EurekaAsked; readonly answered: EurekaAnswered }[];
}

const folder = new URL('../../../../../interop/eureka/transcripts/', import.meta.url);
const transcripts = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Transcript);

/** Where this face answers otherwise, on purpose: each with the reason. */
const otherwise: readonly {
  readonly in: string;
  readonly at: (asked: EurekaAsked) => boolean;
  readonly status: number;
  readonly why: string;
}[] = [
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

async function start(): Promise<string> {
  const options: ServeOptions = { ...usual, store: 'memory', http: 0, dns: 'off', eurekaProbe: false };
  const registry = await runRegistry(options, { clock: new SimulatedClock(), random: new SeededRandom(1), log: silent, version: '1.2.3' });
  registries.push(registry);
  return `http://${registry.doors['http']}`;
}

/** Times that a client gave stand as they are: it gave them as of long ago. */
const GIVEN = /^17000000\d{5}$/;

function comparable({ path }: EurekaAsked, { status, type, encoding, body }: EurekaAnswered): object {
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
    const server = await start();
    for (const { asked, answered } of exchanges) {
      const ours = await askEureka(server, asked);
      const excuse = otherwise.find((one) => (one.in === '*' || one.in === name) && one.at(asked));
      const what = `${asked.method} ${asked.path} ${JSON.stringify(asked.headers ?? {})}`;
      const edit = edited.find((one) => one.in === name)?.edit ?? ((body: string) => body);
      const theirs = { ...answered, body: edit(answered.body) };
      if (excuse === undefined) expect(comparable(asked, ours), what).toEqual(comparable(asked, theirs));
      else expect([ours.status, ours.status === answered.status], `${what}: ${excuse.why}`).toEqual([excuse.status, false]);
    }
  });
});
