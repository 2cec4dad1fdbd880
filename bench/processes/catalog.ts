/** A process that holds a catalog in memory and nothing else: how long it takes to fill, what it weighs, how fast it answers. */
import { performance } from 'node:perf_hooks';
import {
  everything,
  encodeInstanceRecord,
  Namespace,
  Projection,
  readRegistration,
  recordKey,
  type Caller,
  type EncodedRecord,
  type InstanceId,
  type ServiceName,
} from '@rollcall/core';
import { answerQuestions } from '../support/child.js';
import { usedBytes } from '../support/heap.js';

export interface CatalogQuestion {
  readonly instances: number;
  /** Each instance has a metadata value of its own. */
  readonly ownMetadata: boolean;
  readonly rounds: number;
}

export interface CatalogAnswer {
  /** From the first page of records to the complete view, without the making of the records. */
  readonly loadMs: number;
  /** The processor's share of that, collections on other threads included. */
  readonly loadCpuMs: number;
  /** The same records as text to objects, one by one, and nothing else: the processor's share of that. */
  readonly parseCpuMs: number;
  /** The longest that one page held up the loop. */
  readonly longestPageMs: number;
  readonly bytesEach: number;
  /** One per round. */
  readonly byServiceNs: readonly number[];
  readonly byIdNs: readonly number[];
  /** The same texts looked up in a bare map. */
  readonly bareNs: readonly number[];
}

const PAGE = 1_000;
const PER_SERVICE = 50;
const LOOKUPS = 500_000;
const caller: Caller = { identity: 'rollcall', may: everything, from: '', face: 'bench' };

answerQuestions(async ({ instances, ownMetadata, rounds }: CatalogQuestion): Promise<CatalogAnswer> => {
  const view = new Projection();
  const before = usedBytes();
  const filled = fill(view, instances, ownMetadata);
  const bytesEach = (usedBytes() - before) / instances;
  const [byService, byId, bare] = [lookupByService(view, instances), lookupById(view, instances), lookupBare(instances)];
  const answer = { ...filled, bytesEach, byServiceNs: [] as number[], byIdNs: [] as number[], bareNs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    answer.byServiceNs.push(byService());
    answer.byIdNs.push(byId());
    answer.bareNs.push(bare());
  }
  return answer;
});

function fill(
  view: Projection,
  instances: number,
  ownMetadata: boolean,
): Pick<CatalogAnswer, 'loadMs' | 'loadCpuMs' | 'parseCpuMs' | 'longestPageMs'> {
  const filled = { loadMs: 0, loadCpuMs: 0, parseCpuMs: 0, longestPageMs: 0 };
  const load = (work: () => void): void => {
    const tookMs = timeMs(() => (filled.loadCpuMs += cpuMs(work)));
    filled.loadMs += tookMs;
    filled.longestPageMs = Math.max(filled.longestPageMs, tookMs);
  };
  view.begin({ epoch: 'bench', revision: instances + 2 });
  for (let from = 0; from < instances; from += PAGE) {
    const page = recordsFrom(from, Math.min(PAGE, instances - from), ownMetadata);
    load(() => view.page(page));
    filled.parseCpuMs += cpuMs(() => page.forEach(({ value }) => void JSON.parse((value as Buffer).toString('latin1'))));
  }
  load(() => view.finish());
  return filled;
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** As a store hands them over. Records of one service differ in a few places, so that making them costs little beside reading them. */
function recordsFrom(from: number, count: number, ownMetadata: boolean): readonly EncodedRecord[] {
  return Array.from({ length: count }, (_, place) => {
    const at = from + place;
    const [service, host] = [serviceOf(at), hostOf(at)];
    const text = patternOf(service, at)
      .replaceAll('HOST', host)
      .replaceAll('INSTANCE', ownMetadata ? `${at}` : 'same');
    const numbered = text
      .replace('"incarnation":7', `"incarnation":${at + 2}`)
      .replace('"registeredAtMs":7', `"registeredAtMs":${1.7e12 + at}`);
    const key = `/rollcall/instances/default/${service}/${service}-${host}-8080`;
    return { key: Buffer.from(key, 'latin1'), value: Buffer.from(numbered, 'latin1'), createRevision: at + 2, revision: at + 2 };
  });
}

let pattern: { readonly service: string; readonly text: string } = { service: '', text: '' };

/** The record of an instance of this service. */
function patternOf(service: string, at: number): string {
  if (pattern.service === service) return pattern.text.replace('MACHINE', `machine-${at % 20_000}`);
  const group = Number(service.slice(-3));
  const one = readRegistration(
    {
      service,
      id: `${service}-HOST-8080`,
      host: 'HOST',
      port: 8080,
      tags: ['v1', group % 2 === 0 ? 'blue' : 'green'],
      metadata: { team: `team-${group % 30}`, build: `b${group}`, instance: 'INSTANCE' },
      zone: `zone-${group % 3}`,
      region: 'eu',
      version: `1.${group % 9}.0`,
      machine: 'MACHINE',
    },
    { face: 'native' },
  );
  pattern = { service, text: Buffer.from(encodeInstanceRecord({ ...one, incarnation: 7, registeredAtMs: 7, unknown: {} })).toString() };
  if (!Buffer.from(recordKey('instances', one)).toString().startsWith(`/rollcall/instances/default/${service}/`))
    throw new Error('another key');
  return patternOf(service, at);
}

function serviceOf(at: number): string {
  return `service-${String(Math.floor(at / PER_SERVICE)).padStart(6, '0')}`;
}

function hostOf(at: number): string {
  return `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
}

function lookupByService(view: Projection, instances: number): () => number {
  const names = spread(instances / PER_SERVICE, (at) => serviceOf(at * PER_SERVICE) as ServiceName);
  return () => nsPer(names, (name) => view.instances(Namespace.default, name, caller).length);
}

function lookupById(view: Projection, instances: number): () => number {
  const ids = spread(instances, (at) => `${serviceOf(at)}-${hostOf(at)}-8080` as InstanceId);
  return () => nsPer(ids, (id) => view.instancesById(Namespace.default, id, caller).length);
}

function lookupBare(instances: number): () => number {
  const ids = spread(instances, (at) => `${serviceOf(at)}-${hostOf(at)}-8080`);
  const bare = new Map<string, number>(Array.from({ length: instances }, (_, at) => [`${serviceOf(at)}-${hostOf(at)}-8080`, at] as const));
  return () => nsPer(ids, (id) => (bare.get(id) === undefined ? 0 : 1));
}

/** Names as they are asked for: a few thousand of them, from everywhere. */
function spread<Name>(count: number, nameOf: (at: number) => Name): readonly Name[] {
  return Array.from({ length: 4096 }, (_, at) => nameOf((at * 7919) % count));
}

function nsPer<Name>(names: readonly Name[], look: (name: Name) => number): number {
  let found = 0;
  const tookMs = timeMs(() => {
    for (let at = 0; at < LOOKUPS; at++) found += look(names[at & 4095] as Name);
  });
  if (found < LOOKUPS) throw new Error(`Only ${found} of ${LOOKUPS} were found.`);
  return (tookMs * 1e6) / LOOKUPS;
}

function timeMs(work: () => void): number {
  const beganMs = performance.now();
  work();
  return performance.now() - beganMs;
}
