/** What `rollcall register` may say of an instance. What is not said is left to the registry. */
import type { Check, Registration } from '@rollcall/client';
import {
  CHECKS_MAX,
  formatDuration,
  Host,
  inGroup,
  labelKind,
  partNameKind,
  pathKind,
  portKind,
  PORTS_MAX,
  repeatedKind,
  switchOption,
  TTL_DEFAULT_MS,
  type OptionTable,
  type ValueKind,
} from '@rollcall/core';
import { registrationOptions, type RegistrationOptions } from '../registration-options.js';
import { typedPortKind } from '../typed-port.js';
import { typedCheckKind } from './typed-check.js';

/** Here the weight and the ttl may be left out too. */
interface InstanceOptions extends Omit<RegistrationOptions, 'weight' | 'ttlMs'> {
  readonly host: string | null;
  readonly port: number | null;
  readonly ports: readonly (readonly [name: string, port: number])[];
  readonly weight: number | null;
  readonly region: string | null;
  readonly machine: string | null;
  /** What the registry is to ask by itself. */
  readonly checks: readonly Check[];
  /** `null`: it does not beat. */
  readonly ttlMs: number | null | 'default';
}

export interface RegisterOptions extends InstanceOptions {
  readonly file: string | null;
  readonly keepAlive: boolean;
}

const namedPort: ValueKind<readonly [string, number]> = {
  allowed: 'NAME=PORT',
  parse(text) {
    const [, name, digits] = /^([^=]+)=(\d{1,5})$/.exec(typeof text === 'string' ? text : '') ?? [];
    const [known, port] = [partNameKind.parse(name), portKind.parse(Number(digits))];
    return known === undefined || port === undefined ? undefined : [known, port];
  },
};

/** Of one call, not of a place: the environment of whoever types is not asked. */
const typed = { givenIn: 'typed' } as const;
const none = { default: null, defaultText: '', ...typed } as const;

export const registerOptions: OptionTable<RegisterOptions> = {
  ...inGroup<InstanceOptions>('The instance', {
    host: { flag: 'host', placeholder: 'HOST', kind: Host, ...none, help: 'Where callers reach it: an IP address or a DNS name.' },
    port: {
      flag: 'port',
      placeholder: 'PORT',
      kind: typedPortKind,
      ...none,
      help: 'The port that callers use.',
    },
    ports: {
      flag: 'port-name',
      placeholder: 'NAME=PORT',
      kind: repeatedKind(namedPort, PORTS_MAX),
      default: [],
      defaultText: '',
      form: 'list',
      ...typed,
      help: 'A further port. As often as there are any.',
    },
    id: { ...registrationOptions.id, ...typed },
    tags: { ...registrationOptions.tags, ...typed },
    metadata: { ...registrationOptions.metadata, ...typed },
    weight: { ...registrationOptions.weight, ...none, help: `${registrationOptions.weight.help} Left out: 1.` },
    zone: { ...registrationOptions.zone, ...typed },
    region: { flag: 'region', placeholder: 'REGION', kind: labelKind, ...none, help: 'The region that it runs in.' },
    version: { ...registrationOptions.version, ...typed },
    machine: {
      flag: 'machine',
      placeholder: 'NAME',
      kind: labelKind,
      ...none,
      help: 'The machine that it runs on; it need not be registered.',
    },
    ttlMs: {
      ...registrationOptions.ttlMs,
      ...typed,
      default: 'default',
      defaultText: '',
      help: 'How long a heartbeat counts; none for an instance that does not beat. Left out: 30s, and none with --check.',
    },
    deregisterAfterMs: { ...registrationOptions.deregisterAfterMs, ...typed },
    checks: {
      flag: 'check',
      placeholder: 'WHAT',
      kind: repeatedKind(typedCheckKind, CHECKS_MAX),
      default: [],
      defaultText: '',
      form: 'list',
      ...typed,
      help: 'What the registry asks by itself: http:/PATH, https:/PATH, tcp or grpc at its port, tcp:PORT, grpc:PORT. As often as there are any.',
    },
  }),
  ...inGroup<Pick<RegisterOptions, 'file' | 'keepAlive'>>('How', {
    file: {
      flag: 'file',
      placeholder: 'FILE',
      kind: pathKind('the path of a file, or - for what comes in'),
      ...none,
      help: 'A registration in JSON, as POST /register takes it; - reads what comes in. What is typed beside it counts more.',
    },
    keepAlive: { ...switchOption('keep-alive', 'Stays, beats, registers again where needed, and deregisters on Ctrl-C.'), ...typed },
  }),
};

/** What was typed, as the registry is told. */
export function typedRegistration(service: string | undefined, options: RegisterOptions): Partial<Registration> {
  const { ports, tags, metadata, ttlMs, deregisterAfterMs, checks, keepAlive } = options;
  // Whoever beats has to say so, where checks would do.
  const usualTtl = keepAlive && checks.length > 0 ? { ttl: formatDuration(TTL_DEFAULT_MS) } : {};
  const { host, port, id, weight, zone, region, version, machine } = options;
  const single = Object.entries({ service, host, port, id, weight, zone, region, version, machine });
  return {
    ...Object.fromEntries(single.filter(([, value]) => value !== null && value !== undefined)),
    ...(ports.length === 0 ? {} : { ports: Object.fromEntries(ports) }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
    ...(checks.length === 0 ? {} : { checks: [...checks] }),
    ...(ttlMs === 'default' ? usualTtl : { ttl: ttlMs ?? 'none' }),
    ...(deregisterAfterMs === 'default' ? {} : { deregisterAfter: deregisterAfterMs ?? 'none' }),
  };
}
