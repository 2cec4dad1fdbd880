/** How the registry does, where people of Eureka look: the page, its figures, and the document that programs read. */
import type { Caller, GuardReport, Instance, Namespace } from '@rollcall/core';
import { hashOf, type Estate } from './estate.js';
import { bodied, type EurekaContext, type EurekaRequest, type Operation } from './exchange.js';
import { read } from './map.js';
import type { PeerReport } from './outward/peer-report.js';
import { pageOf } from './status-page.js';

/** Shown by name; of more only the number. */
const HELD_SHOWN_MAX = 100;

export interface Figures {
  readonly namespace: string;
  readonly node: string;
  readonly version: string;
  readonly upForMs: number;
  readonly instances: number;
  readonly hash: string;
  /** As many heartbeats as a real server would want within a minute before it lets anybody expire. */
  readonly renewsThreshold: number;
  readonly renewsLastMinute: number;
  readonly guard: GuardReport;
  /** In this namespace: they should have left. */
  readonly held: readonly string[];
  readonly heldInAll: number;
  readonly isStale: boolean;
  /** Of this namespace. */
  readonly peers: readonly PeerReport[];
  readonly applications: readonly ApplicationRow[];
}

export interface ApplicationRow {
  readonly name: string;
  readonly panic: boolean;
  readonly instances: readonly { readonly id: string; readonly status: string; readonly url: string | null; readonly held: boolean }[];
}

export const statusPage: Operation = (request, context) => {
  const body = pageOf(figuresOf(request, context));
  const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
  return {
    status: 200,
    headers: ['content-type', 'text/html; charset=utf-8', 'content-security-policy', policy, 'cache-control', 'no-store'],
    body,
  };
};

function figuresOf({ namespace, caller }: EurekaRequest, context: EurekaContext): Figures {
  const { view, guard, renewals, estates, clock, node, version, startedMs } = context;
  const estate = estates.of(namespace, caller);
  const all = estate.applications.flatMap(({ instances }) => instances);
  const held = all.filter((instance) => instance.held);
  return {
    namespace,
    node,
    version,
    upForMs: clock.monotonicMs() - startedMs,
    instances: all.length,
    hash: hashOf(estate.applications),
    renewsThreshold: thresholdOf(estate),
    renewsLastMinute: renewals.lastMinute,
    guard: guard.report(caller),
    held: held.slice(0, HELD_SHOWN_MAX).map(({ service, id }) => `${service.toUpperCase()}/${id}`),
    heldInAll: held.length,
    isStale: view.staleSinceMs !== null,
    peers: peersOf(namespace, context),
    applications: estate.applications.map(({ name, panic, instances }) => ({
      name,
      panic,
      instances: instances.map((one) => rowOf(one, panic)),
    })),
  };
}

function peersOf(namespace: Namespace, { peers }: EurekaContext): readonly PeerReport[] {
  return peers().filter((peer) => peer.namespace === namespace);
}

function rowOf(instance: Instance, panic: boolean): ApplicationRow['instances'][number] {
  const { status, statusPageUrl, homePageUrl } = read(instance, panic);
  return { id: instance.id, status, url: statusPageUrl ?? homePageUrl, held: instance.held };
}

const SECONDS_PER_MINUTE = 60;
const SHARE = 0.85;

/** Of what those who beat here promise, the share that a real server insists on. */
function thresholdOf({ applications }: Estate): number {
  let perMinute = 0;
  for (const { instances, panic } of applications)
    for (const instance of instances)
      if (instance.origin.face === 'eureka') perMinute += SECONDS_PER_MINUTE / read(instance, panic).lease.renewalSeconds;
  return Math.floor(perMinute * SHARE);
}

const MIB = 1024 * 1024;

/** In the words of the original, its slip of the pen included. */
export const serverStatus: Operation = (request, context) => {
  const { form, caller, namespace } = request;
  const general = generalOf(context, caller);
  const peers = replicasOf(peersOf(namespace, context));
  if (form.mediaType === 'application/json')
    return bodied(form, JSON.stringify({ generalStats: general, applicationStats: peers, isHeathly: context.view.complete }));
  const texts = (table: Readonly<Record<string, string>>): string =>
    Object.entries(table)
      .map(([name, value]) => `    <${name}>${value}</${name}>\n`)
      .join('');
  return bodied(
    form,
    `<com.netflix.eureka.util.StatusInfo>\n  <generalStats>\n${texts(general)}  </generalStats>\n  <applicationStats>\n${texts(peers)}  </applicationStats>\n  <isHeathly>${context.view.complete}</isHeathly>\n</com.netflix.eureka.util.StatusInfo>`,
  );
};

/** Who is told by another node of this cluster is told. */
function replicasOf(peers: readonly PeerReport[]): Readonly<Record<string, string>> {
  const listed = (which: readonly PeerReport[]): string => which.map(({ server }) => server).join(',');
  return {
    'registered-replicas': listed(peers),
    'available-replicas': listed(peers.filter(({ state }) => state !== 'silent')),
    'unavailable-replicas': listed(peers.filter(({ state }) => state === 'silent')),
  };
}

function generalOf({ clock, startedMs, renewals, guard, memory }: EurekaContext, caller: Caller): Readonly<Record<string, string>> {
  const { used, total } = memory();
  const minutes = Math.floor((clock.monotonicMs() - startedMs) / 60_000);
  const two = (number: number): string => String(number).padStart(2, '0');
  const { held } = guard.report(caller);
  return {
    'environment': 'rollcall',
    'total-avail-memory': `${Math.round(total / MIB)}mb`,
    'current-memory-usage': `${Math.round(used / MIB)}mb (${Math.round((100 * used) / total)}%)`,
    'server-uptime': `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
    'renews-last-min': String(renewals.lastMinute),
    'held-by-guard': String(held),
  };
}
