/** A check in Consul's words as one of ours: what is asked, when it lapses, and how many results in a row decide. Pure. */
import {
  CHECKS_MAX,
  checkWishKind,
  isLoopback,
  settleChecks,
  TTL_MAX_MS,
  TTL_MIN_MS,
  type Check,
  type Health,
  type Host,
  type InstanceId,
  type ProbedCheck,
  type ServiceName,
} from '@rollcall/core';
import type { SaidCheck } from './check-body.js';
import { formatGoDuration } from '../go-duration.js';
import type { KeptCheck } from '../kept.js';
import { ConsulRefusal } from '../refusal.js';

/** Consul asks nobody more often than this, and lets nobody depart sooner. */
const INTERVAL_MIN_MS = 1000;
const INTERVAL_MAX_MS: number = 24 * 60 * 60 * 1000;
const DEREGISTER_AFTER_MIN_MS = 60_000;
const DEREGISTER_AFTER_MAX_MS: number = 7 * 24 * 60 * 60 * 1000;

const TIMEOUT_DEFAULT_MS = 10_000;
const SCRIPT_TIMEOUT_DEFAULT_MS = 30_000;
const TIMEOUT_MIN_MS = 10;
const TIMEOUT_MAX_MS = 60_000;

/** More of them one after another say nothing more. */
const IN_A_ROW_MAX = 100;

/** What is registered beside each other; whoever has more has made a mistake. */
export const CHECKS_OF_ONE_MAX: number = 4 * CHECKS_MAX;

/** Where a check is made. */
export interface CheckPlace {
  readonly host: Host | null;
  /** What `localhost` is for whoever registered it: its own machine, and not the registry's. */
  readonly localhost: Host;
  /** Whom an alias follows by that id on its node; `null` where nobody has it yet. */
  follow(serviceId: string): { readonly service: ServiceName; readonly id: InstanceId } | null;
}

export interface Translated {
  readonly check: Check;
  readonly kept: KeptCheck;
}

/** `id` and `name` are settled. Throws what Consul answers to a check that cannot be. */
export function translateCheck(said: SaidCheck, id: string, name: string, place: CheckPlace): Translated {
  const kind = kindOf(said);
  const born = statusOf(said.Status);
  const deregisterAfterMs = deregisterAfterOf(said);
  const kept: KeptCheck = {
    name,
    ...given('notes', said.Notes),
    type: kind,
    ...(kind === 'ttl' || kind === 'alias' ? {} : { interval: formatGoDuration(said.Interval ?? 0) }),
    ...(said.Timeout === undefined || said.Timeout === 0 ? {} : { timeout: formatGoDuration(said.Timeout) }),
    ...(deregisterAfterMs === null ? {} : { deregisterAfterMs }),
  };
  const term = deregisterAfterMs === null ? {} : { deregisterAfterMs };
  if (kind === 'ttl') return { check: { id, type: 'heartbeat', ttlMs: ttlOf(said), born, ...term }, kept };
  const probed = settled(wishOf(said, kind, place), place);
  return { check: { ...probed, id, born, ...term }, kept };
}

/** Consul's checks are born critical. */
export function statusOf(status: string | undefined): Extract<Health, 'passing' | 'warning' | 'critical'> {
  if (status === undefined || status === '') return 'critical';
  if (status === 'passing' || status === 'warning' || status === 'critical') return status;
  throw new ConsulRefusal(400, `Bad check status: ${JSON.stringify(status)}`);
}

type CheckKind = 'ttl' | 'http' | 'tcp' | 'udp' | 'grpc' | 'script' | 'alias';

const active = ['HTTP', 'TCP', 'UDP', 'GRPC', 'Args', 'ScriptArgs', 'H2PING', 'OSService', 'DockerContainerID'] as const;

/** What nobody here does, said honestly rather than taken and never made. */
const unmade: Readonly<Record<string, string>> = {
  H2PING: 'this registry makes no H2PING checks; a TCP or a gRPC check tells nearly the same',
  OSService: 'this registry asks no operating system for its services; a TTL check can tell it',
  DockerContainerID: 'this registry runs nothing within containers; an HTTP, a TCP or a TTL check can tell it',
};

function kindOf(said: SaidCheck): CheckKind {
  const isAlias = isSaid(said.AliasService) || isSaid(said.AliasNode);
  const asked = active.filter((name) => (Array.isArray(said[name]) ? said[name].length > 0 : isSaid(said[name] as string | undefined)));
  const [intervalMs, ttlMs] = [said.Interval ?? 0, said.TTL ?? 0];
  if ((said.FailuresBeforeWarning ?? 0) > (said.FailuresBeforeCritical ?? 0))
    throw invalid("FailuresBeforeWarning can't be higher than FailuresBeforeCritical");
  for (const name of asked) if (unmade[name] !== undefined) throw invalid(unmade[name]);
  if (intervalMs > 0 && ttlMs > 0) throw invalid('Interval and TTL cannot both be specified');
  if (isAlias) {
    if (ttlMs !== 0) throw invalid('TTL must be not be set for Alias checks');
    if (!isSaid(said.AliasService)) throw invalid('an alias of a node alone is not followed here: name a service with AliasService');
    return 'alias';
  }
  const [first] = asked;
  if (first === undefined) {
    if (ttlMs > 0) return 'ttl';
    throw invalid(intervalMs > 0 ? 'Interval must be with one of Args, HTTP, TCP, UDP, GRPC' : 'TTL must be > 0 for TTL checks');
  }
  if (intervalMs <= 0) throw invalid('Interval must be > 0 for Script, HTTP, TCP, UDP or GRPC checks');
  return first === 'Args' || first === 'ScriptArgs' ? 'script' : (first.toLowerCase() as 'http' | 'tcp' | 'udp' | 'grpc');
}

/** What nobody could keep to is lengthened, as Consul lengthens intervals. */
function ttlOf({ TTL = 0 }: SaidCheck): number {
  if (TTL > TTL_MAX_MS) throw invalid(`TTL is ${formatGoDuration(TTL)}; allowed is at most ${formatGoDuration(TTL_MAX_MS)}`);
  return Math.max(TTL_MIN_MS, Math.round(TTL));
}

function deregisterAfterOf({ DeregisterCriticalServiceAfter: ms = 0 }: SaidCheck): number | null {
  return ms <= 0 ? null : Math.min(Math.max(Math.round(ms), DEREGISTER_AFTER_MIN_MS), DEREGISTER_AFTER_MAX_MS);
}

function wishOf(said: SaidCheck, kind: Exclude<CheckKind, 'ttl'>, place: CheckPlace): object {
  if (kind === 'alias') {
    const followed = place.follow(said.AliasService ?? '');
    if (followed === null) throw invalid(`alias of ${JSON.stringify(said.AliasService)}, which is no service ID that could be here`);
    return { type: 'alias', service: followed.service, id: followed.id };
  }
  const [command, ...args] = said.Args ?? said.ScriptArgs ?? [];
  const often = {
    interval: Math.min(Math.max(Math.round(said.Interval ?? 0), INTERVAL_MIN_MS), INTERVAL_MAX_MS),
    timeout: timeoutOf(said, kind),
    ...thresholdsOf(said),
  };
  if (kind === 'script') return { ...often, type: 'script', command, args };
  const tls = { ...given('serverName', said.TLSServerName), verify: said.TLSSkipVerify !== true };
  switch (kind) {
    case 'http':
      return { ...often, type: 'http', ...pageOf(said, tls, place) };
    case 'tcp':
      return { ...often, type: 'tcp', ...hostAndPort('TCP', said.TCP ?? '', place), tls: said.TCPUseTLS === true ? tls : false };
    case 'udp':
      return { ...often, type: 'udp', ...hostAndPort('UDP', said.UDP ?? '', place) };
    case 'grpc': {
      const [target = '', service = ''] = divided(said.GRPC ?? '', '/');
      return { ...often, type: 'grpc', ...hostAndPort('GRPC', target, place), service, tls: said.GRPCUseTLS === true ? tls : false };
    }
  }
}

function timeoutOf({ Timeout = 0 }: SaidCheck, kind: CheckKind): number {
  if (Timeout <= 0) return kind === 'script' ? SCRIPT_TIMEOUT_DEFAULT_MS : TIMEOUT_DEFAULT_MS;
  return Math.min(Math.max(Math.round(Timeout), TIMEOUT_MIN_MS), TIMEOUT_MAX_MS);
}

/** The nth result in a row decides, as here; 0, and nothing, is the first. */
function thresholdsOf(said: SaidCheck): object {
  const critical = decidingOf(said.FailuresBeforeCritical);
  const warning = said.FailuresBeforeWarning ?? 0;
  return {
    successBeforePassing: decidingOf(said.SuccessBeforePassing),
    failuresBeforeWarning: warning > 0 ? Math.min(decidingOf(warning), critical) : critical,
    failuresBeforeCritical: critical,
  };
}

function decidingOf(before = 0): number {
  return Math.min(Math.max(before, 1), IN_A_ROW_MAX);
}

const page = /^(https?):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/i;

function pageOf(said: SaidCheck, terms: object, place: CheckPlace): object {
  const [, scheme = '', host = '', port, path = '/'] = page.exec(said.HTTP ?? '') ?? [];
  if (scheme === '') throw invalid(`HTTP is ${JSON.stringify(said.HTTP)}; allowed is an address such as http://10.0.0.5:8080/health`);
  const isSecure = scheme.toLowerCase() === 'https';
  const headers = Object.entries(said.Header ?? {}).map(([name, values]): [string, string] => [name, values.join(', ')]);
  return {
    host: targetOf(host, place),
    port: port === undefined ? (isSecure ? 443 : 80) : Number(port),
    path: path.startsWith('?') ? `/${path}` : path,
    method: (said.Method ?? '') === '' ? 'GET' : (said.Method ?? '').toUpperCase(),
    headers: Object.fromEntries(headers),
    ...given('body', said.Body),
    tls: isSecure ? terms : false,
  };
}

function hostAndPort(field: string, text: string, place: CheckPlace): object {
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]*):(\d+)$/.exec(text) ?? [];
  if (port === undefined) throw invalid(`${field} is ${JSON.stringify(text)}; allowed is HOST:PORT`);
  return { host: targetOf(host, place), port: Number(port) };
}

/** Whoever says `localhost` means the machine that he is on. */
function targetOf(host: string, { localhost }: CheckPlace): string {
  const plain = host.replaceAll(/^\[|\]$/g, '');
  const isOwn = plain === '' || isLoopback(plain);
  return isOwn && (!isLoopback(localhost) || !/^[\d:]/.test(plain)) ? localhost : plain;
}

function settled(wish: object, place: CheckPlace): ProbedCheck {
  const parsed = checkWishKind.parse(wish);
  if (parsed === undefined) {
    const problems = checkWishKind.explain?.(wish, '') ?? [];
    throw invalid(problems.map(({ field, came, allowed }) => `${field.replace(/^\./, '')} is ${came}; allowed is ${allowed}`).join('; '));
  }
  return settleChecks([parsed], { host: place.host, port: null, ports: {} }, '')[0] as ProbedCheck;
}

function divided(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

function isSaid(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function given<Name extends string>(name: Name, text: string | undefined): { readonly [One in Name]?: string } {
  return isSaid(text) ? ({ [name]: text } as { readonly [One in Name]: string }) : {};
}

function invalid(text: string): ConsulRefusal {
  return new ConsulRefusal(400, `Invalid check: ${text}`);
}
