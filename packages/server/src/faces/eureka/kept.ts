/**
 * What the lens cannot compute again from the catalog, as a text beside the registration. What is usual is left out, so that
 * for most instances it is a line.
 */
import { isObject } from '@rollcall/core';
import { statusOf } from './read-document.js';
import { dataCenters, usual, type DataCenter, type DocumentPort, type Lease, type Said, type Status, type Texts } from './document.js';

export interface Kept extends Omit<Said, 'app' | 'instanceId' | 'metadata'> {
  /** It gave no id, and goes by its host. */
  readonly isNameless: boolean;
  /** What of its metadata the catalog does not take. */
  readonly metadata: Texts;
  /** It was up once. */
  readonly wasUp: boolean;
  /** Changed since it registered, by somebody else's word. */
  readonly isModified: boolean;
  /** Another server hears it, and says so here. */
  readonly isTold: boolean;
}

const bare: Kept = {
  isNameless: false,
  hostName: '',
  ipAddr: '',
  sid: null,
  status: 'UP',
  overriddenStatus: 'UNKNOWN',
  port: usual.port,
  securePort: usual.securePort,
  countryId: usual.countryId,
  dataCenter: { name: 'MyOwn', metadata: {} },
  lease: usual.lease,
  metadata: {},
  appGroupName: null,
  homePageUrl: null,
  statusPageUrl: null,
  healthCheckUrl: null,
  secureHealthCheckUrl: null,
  vipAddress: null,
  secureVipAddress: null,
  isCoordinatingDiscoveryServer: false,
  lastDirtyMs: 0,
  asgName: null,
  wasUp: false,
  isModified: false,
  isTold: false,
};

const names = Object.keys(bare) as readonly (keyof Kept)[];

const bareTexts: ReadonlyMap<string, string> = new Map(Object.entries(bare).map(([name, value]) => [name, JSON.stringify(value)]));

/** The law: `readKept(writeKept(kept))` is `kept`. In one go: every registration is written so. */
export function writeKept(kept: Kept): string {
  const told: Partial<Record<keyof Kept, unknown>> = {};
  for (const name of names) {
    const value = kept[name];
    const isBare = value === bare[name] || (typeof value === 'object' && JSON.stringify(value) === bareTexts.get(name));
    if (!isBare) told[name] = value;
  }
  return JSON.stringify(told);
}

/** `null` for what was not written here. */
export function readKept(text: string | undefined): Kept | null {
  if (text === undefined) return null;
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? keptIn(json) : null;
  } catch {
    return null;
  }
}

function keptIn(json: Readonly<Record<string, unknown>>): Kept {
  const string = (name: 'hostName' | 'ipAddr'): string => (typeof json[name] === 'string' ? json[name] : bare[name]);
  const maybe = (name: Nullable): string | null => (typeof json[name] === 'string' ? json[name] : null);
  const truth = (name: 'isNameless' | 'wasUp' | 'isModified' | 'isTold' | 'isCoordinatingDiscoveryServer'): boolean => json[name] === true;
  return {
    isNameless: truth('isNameless'),
    hostName: string('hostName'),
    ipAddr: string('ipAddr'),
    sid: maybe('sid'),
    status: statusOrUp(json['status']),
    overriddenStatus: statusOf(json['overriddenStatus']),
    port: portIn(json['port'], bare.port),
    securePort: portIn(json['securePort'], bare.securePort),
    countryId: number(json['countryId'], bare.countryId),
    dataCenter: dataCenterIn(json['dataCenter']),
    lease: leaseIn(json['lease']),
    metadata: textsIn(json['metadata']),
    appGroupName: maybe('appGroupName'),
    homePageUrl: maybe('homePageUrl'),
    statusPageUrl: maybe('statusPageUrl'),
    healthCheckUrl: maybe('healthCheckUrl'),
    secureHealthCheckUrl: maybe('secureHealthCheckUrl'),
    vipAddress: maybe('vipAddress'),
    secureVipAddress: maybe('secureVipAddress'),
    isCoordinatingDiscoveryServer: truth('isCoordinatingDiscoveryServer'),
    lastDirtyMs: number(json['lastDirtyMs'], bare.lastDirtyMs),
    asgName: maybe('asgName'),
    wasUp: truth('wasUp'),
    isModified: truth('isModified'),
    isTold: truth('isTold'),
  };
}

type Nullable = {
  [Name in keyof Kept]: null extends Kept[Name] ? Name : never;
}[keyof Kept];

function statusOrUp(value: unknown): Status {
  return value === undefined ? 'UP' : statusOf(value);
}

function number(value: unknown, absent: number): number {
  return typeof value === 'number' ? value : absent;
}

function portIn(value: unknown, absent: DocumentPort): DocumentPort {
  return isObject(value) ? { number: number(value['number'], absent.number), enabled: value['enabled'] === true } : absent;
}

function leaseIn(value: unknown): Lease {
  if (!isObject(value)) return bare.lease;
  const { renewalSeconds, durationSeconds } = bare.lease;
  return {
    renewalSeconds: number(value['renewalSeconds'], renewalSeconds),
    durationSeconds: number(value['durationSeconds'], durationSeconds),
  };
}

function dataCenterIn(value: unknown): DataCenter {
  if (!isObject(value)) return bare.dataCenter;
  return { name: dataCenters.find((name) => name === value['name']) ?? 'MyOwn', metadata: textsIn(value['metadata']) };
}

function textsIn(value: unknown): Texts {
  if (!isObject(value)) return bare.metadata;
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
