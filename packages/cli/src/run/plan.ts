/** What a run is about, from what was typed: the instance, what is looked at, and what the program is told. */
import type { Registration } from '@rollcall/client';
import { deriveId, Host, ServiceName, type Environment } from '@rollcall/core';
import { Misuse } from '../command.js';
import { registrationFields } from '../registration-options.js';
import { looksAtPort, shownTarget } from './check-target.js';
import type { Look } from './look.js';
import { portKind, type RunOptions } from './options.js';
import type { Settings } from './state.js';

/** What had to be found out, beside what was typed. */
export interface Found {
  /** `null`: it listens on none. */
  readonly port: number | null;
  readonly host: string;
  /** Of this process: tells programs apart that listen on no port. */
  readonly pid: number;
  /** For people. */
  readonly registry: string;
}

export interface Plan {
  readonly instance: Registration & { readonly id: string };
  readonly settings: Settings;
  readonly look: Look;
  readonly environment: Environment;
}

const LOOPBACK = ['127.0.0.1', '::1'];

/** As typed, or as the environment says, where many programs find it too. */
export function wantedPort({ port, check }: RunOptions, environment: Environment): number | 'auto' | null {
  const said = port ?? portKind.parse(environment['PORT']) ?? null;
  if (said === null) {
    throw new Misuse('--port is missing: the port that the program listens on, or auto for any free one, or none if it listens on none.');
  }
  if (said !== 'none') return said;
  if (check !== null && looksAtPort(check))
    throw new Misuse('--check looks at the port of the program, and --port says that there is none.');
  return null;
}

export function planRun(service: string, options: RunOptions, found: Found, environment: Environment): Plan {
  const { port, host, registry } = found;
  const { check, checkTimeoutMs } = options;
  const instance = instanceOf(service, options, found);
  const hosts = [...new Set([host, ...LOOPBACK])];
  return {
    instance,
    settings: {
      service,
      instance: instance.id,
      address: port === null ? host : shownTarget(null, host, port),
      target: shownTarget(check, hosts.includes('127.0.0.1') ? '127.0.0.1' : host, port),
      registry,
      probed: check === null ? (port === null ? 'never' : 'until-ready') : 'always',
      beatMs: beatMs(options),
      startTimeoutMs: options.startTimeoutMs,
      checkIntervalMs: options.checkIntervalMs,
      failuresBeforeCritical: options.failuresBeforeCritical,
      drainMs: options.drainMs,
      graceMs: options.graceMs,
    },
    look: { target: check, hosts, port, timeoutMs: checkTimeoutMs },
    environment: {
      ...environment,
      ...(port === null ? {} : { PORT: String(port) }),
      ROLLCALL_SERVICE: service,
      ROLLCALL_INSTANCE_ID: instance.id,
      ROLLCALL_URL: registry,
    },
  };
}

function instanceOf(service: string, options: RunOptions, { port, host, pid }: Found): Plan['instance'] {
  const { namespace } = options;
  const id = options.id ?? deriveId(service as ServiceName, host as Host, port ?? pid) ?? service;
  return { ...registrationFields(options), namespace, service, id, host, ...(port === null ? {} : { port }) };
}

/** Three in a ttl: one may be lost, and one may be late. */
function beatMs({ ttlMs }: RunOptions): number {
  if (ttlMs === null) throw new Misuse('--ttl none is for instances that nobody beats for; this command does.');
  return ttlMs / 3;
}
