/**
 * What a client says of an instance, in JSON or XML, as lenient as the union of all clients needs it: numbers as texts,
 * switches as booleans, ports bare, whole parts left out. What cannot be done without is said by its name.
 */
import { isObject, RollcallError } from '@rollcall/core';
import {
  dataCenters,
  idOf,
  statuses,
  usual,
  type DataCenter,
  type DocumentPort,
  type Lease,
  type Said,
  type Status,
  type Texts,
} from './document.js';
import { unescapedName } from './xml-names.js';
import { parseXml, type XmlElement } from './xml-tree.js';

/** A field as JSON has it: a text, a number, a switch, an object, or not there. */
type Fields = Readonly<Record<string, unknown>>;

/** Throws `invalid-request`. `type`: the Content-Type. Whatever that says, what begins as JSON is read as JSON. */
export function readDocument(body: string, type: string, nowMs: number): Said {
  return saidIn(fieldsOf(body, type), nowMs);
}

/** The same of an instance within a larger body. Throws `invalid-request`. */
export function readInstanceJson(json: unknown, nowMs: number): Said {
  if (!isObject(json)) throw refused(UNREADABLE);
  return saidIn(json, nowMs);
}

/** When it registered where it is heard, by the wall clock there; `null` where that is not said. */
export function registeredAtIn(json: unknown): number | null {
  const lease = isObject(json) ? json['leaseInfo'] : null;
  const ms = isObject(lease) ? number(lease['registrationTimestamp']) : null;
  return ms === null || ms <= 0 ? null : ms;
}

/** In a real server's words, so that whoever looks for them finds them. */
const UNREADABLE = 'cannot parse request body: allowed is an instance, {"instance":{…}} in JSON or <instance>…</instance> in XML';

function fieldsOf(body: string, type: string): Fields {
  const begin = /\S/.exec(body)?.[0];
  const isXml = begin === '<' || (begin !== '{' && !type.includes('json'));
  const instance = isXml ? fieldsOfXml(parseXml(body)) : fieldsOfJson(body);
  if (instance === null) throw refused(UNREADABLE);
  return instance;
}

function fieldsOfJson(body: string): Fields | null {
  try {
    const json: unknown = JSON.parse(body);
    const instance = isObject(json) ? (Object.hasOwn(json, 'instance') ? json['instance'] : json) : null;
    return isObject(instance) && Object.keys(instance).length > 0 ? instance : null;
  } catch {
    return null;
  }
}

/** Into the shape that JSON has: an element with a place of its own becomes what JSON says there. */
function fieldsOfXml(root: XmlElement | null): Fields | null {
  if (root === null || !/(?:^|\.)instance(?:info)?$/i.test(root.name)) return null;
  return tableOf(root.children, ({ name, text, attributes, children }) => {
    if (name === 'port' || name === 'securePort') return { '$': text, '@enabled': attributes['enabled'] };
    if (name === 'metadata') return textsOfXml(children);
    if (name === 'leaseInfo') return tableOf(children, (child) => child.text);
    if (name === 'dataCenterInfo')
      return tableOf(children, (child) => (child.name === 'metadata' ? textsOfXml(child.children) : child.text));
    return text;
  });
}

function textsOfXml(children: readonly XmlElement[]): Fields {
  return Object.fromEntries(children.map(({ name, text }) => [unescapedName(name), text]));
}

function tableOf(children: readonly XmlElement[], valueOf: (child: XmlElement) => unknown): Fields {
  return Object.fromEntries(children.map((child) => [child.name, valueOf(child)]));
}

function saidIn(fields: Fields, nowMs: number): Said {
  const said: Said = {
    instanceId: text(fields['instanceId']),
    hostName: text(fields['hostName']) ?? '',
    app: (text(fields['app']) ?? '').toUpperCase(),
    ipAddr: text(fields['ipAddr']) ?? '',
    sid: sidOf(text(fields['sid'])),
    status: statusOf(fields['status'] ?? 'UP'),
    overriddenStatus: statusOf(fields['overriddenStatus'] ?? fields['overriddenstatus']),
    port: portOf(fields['port'], usual.port),
    securePort: portOf(fields['securePort'], usual.securePort),
    countryId: number(fields['countryId']) ?? usual.countryId,
    dataCenter: dataCenterOf(fields['dataCenterInfo']),
    lease: leaseOf(fields['leaseInfo']),
    metadata: textsOf(fields['metadata']),
    appGroupName: text(fields['appGroupName'])?.toUpperCase() ?? null,
    homePageUrl: text(fields['homePageUrl']),
    statusPageUrl: text(fields['statusPageUrl']),
    healthCheckUrl: text(fields['healthCheckUrl']),
    secureHealthCheckUrl: text(fields['secureHealthCheckUrl']),
    vipAddress: text(fields['vipAddress']),
    secureVipAddress: text(fields['secureVipAddress']),
    isCoordinatingDiscoveryServer: isTrue(fields['isCoordinatingDiscoveryServer']),
    lastDirtyMs: number(fields['lastDirtyTimestamp']) ?? nowMs,
    asgName: text(fields['asgName']),
  };
  return checked(said);
}

/** In the order, and in the words, in which a real server misses things. */
function checked(said: Said): Said {
  if (idOf(said) === '') throw refused('Missing instanceId');
  if (said.hostName === '') throw refused('Missing hostname');
  if (said.ipAddr === '') throw refused('Missing ip address');
  if (said.app === '') throw refused('Missing appName');
  const { dataCenter, instanceId } = said;
  if (dataCenter.name !== 'Amazon' || dataCenter.metadata['instance-id'] !== undefined || instanceId === null) return said;
  return { ...said, dataCenter: { ...dataCenter, metadata: { ...dataCenter.metadata, 'instance-id': instanceId } } };
}

/** What a real server also leaves out of its answers. */
function sidOf(sid: string | null): string | null {
  return sid === null || sid === 'na' || sid === 'unknown' || sid === '' ? null : sid;
}

/** Whatever is no status is `UNKNOWN`. */
export function statusOf(value: unknown): Status {
  return statuses.find((status) => status === value) ?? 'UNKNOWN';
}

function portOf(value: unknown, absent: DocumentPort): DocumentPort {
  if (!isObject(value)) return { number: number(value) ?? absent.number, enabled: number(value) === null ? absent.enabled : true };
  const enabled = value['@enabled'] ?? value['enabled'];
  return {
    number: number(value['$']) ?? absent.number,
    // Left out, the plain port is meant and the other one is not.
    enabled: enabled === undefined || enabled === null ? absent.enabled : isTrue(enabled),
  };
}

function dataCenterOf(value: unknown): DataCenter {
  if (!isObject(value)) throw refused('Missing dataCenterInfo');
  const name = dataCenters.find((one) => one.toLowerCase() === text(value['name'])?.toLowerCase());
  if (name === undefined) throw refused(`Missing dataCenterInfo Name (allowed is one of ${dataCenters.join(', ')})`);
  return { name, metadata: name === 'Amazon' ? textsOf(value['metadata']) : {} };
}

function leaseOf(value: unknown): Lease {
  const fields = isObject(value) ? value : {};
  const positive = (seconds: number | null, absent: number): number => (seconds !== null && seconds > 0 ? seconds : absent);
  return {
    renewalSeconds: positive(number(fields['renewalIntervalInSecs']), usual.lease.renewalSeconds),
    durationSeconds: positive(number(fields['durationInSecs']), usual.lease.durationSeconds),
  };
}

/** Of the values that are texts or can be said as one. The class that Java wants to be told is no metadata. */
function textsOf(value: unknown): Texts {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).map(([key, one]) => [key, text(one)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== null && entry[0] !== '@class'));
}

function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function number(value: unknown): number | null {
  const found = typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : null;
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

export function refused(message: string): RollcallError {
  return new RollcallError('invalid-request', message);
}
