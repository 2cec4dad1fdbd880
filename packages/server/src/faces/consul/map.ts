/**
 * The Consul lens, the half that writes: what is said of a service or a node as a registration, and what our model cannot say again
 * as what is kept of it. The other half, what an instance looks like here, is in shown.ts. Pure.
 *
 * The law: what was registered here is shown here as it was said while nobody changes it elsewhere, and what somebody changed
 * elsewhere is shown as it is then; what our model does not know stays.
 */
import { isIP } from 'node:net';
import {
  Host,
  isObject,
  Namespace,
  ServiceName,
  tagsKind,
  TAGS_MAX,
  TAG_CHARACTERS_MAX,
  PORTS_MAX,
  partNameKind,
  portKind,
  type Check,
  type Instance,
  type InstanceId,
  type MachineName,
  type Registration,
} from '@rollcall/core';
import { FOREIGN_ADDRESS } from '../../shared/foreign-address.js';
import { CONSUL, keptService, keptText, type Exact, type KeptCheck, type KeptService, type NamedPort, type PlacedAddress } from './kept.js';
import { ConsulRefusal } from './refusal.js';
import type { SaidAddress, SaidPort, SaidService } from './said/service-body.js';

/** What is lost on the way through, and why. */
export const cannotExpress: readonly { readonly feature: string; readonly reason: string }[] = [
  { feature: 'checks of type H2PING, OSService and Docker', reason: 'nobody here makes them: they are refused, with what to use instead' },
  {
    feature: 'an alias of a node without a service',
    reason: 'an alias follows an instance; a node’s checks count for all that is on it anyway',
  },
  {
    feature: 'names of services beyond 128 letters, digits and . _ - ~ :',
    reason: 'they are refused: no other protocol could ask for them',
  },
  {
    feature: 'addresses that are no hosts',
    reason: 'they are kept and shown here as they were said; other protocols have no host for such an instance, and DNS leaves it out',
  },
  { feature: 'DisableRedirects', reason: 'a probe never follows a redirect: it could be led anywhere' },
];

export interface ServiceWish {
  readonly id: InstanceId;
  readonly serviceId: string;
  readonly name: string;
  readonly said: SaidService;
  readonly byAgent: boolean;
  readonly node: MachineName;
  /** Of the node, for a service that says none. */
  readonly address: Host | null;
  readonly checks: readonly Check[];
  readonly keptChecks: Readonly<Record<string, KeptCheck>>;
  readonly before: Instance | undefined;
}

/** Throws what Consul answers. */
export function registrationOf({
  id,
  serviceId,
  name,
  said,
  byAgent,
  node,
  address,
  checks,
  keptChecks,
  before,
}: ServiceWish): Registration {
  const service = ServiceName.parse(name);
  if (service === undefined) throw invalid(`Invalid service name ${JSON.stringify(name)}: allowed is ${ServiceName.allowed}`);
  demandPlaced(said);
  const saidAddress = said.Address ?? '';
  const host = saidAddress === '' ? address : hostIn(saidAddress);
  const { tags, ownTags } = tagsOf(said, byAgent, before);
  const ports = portsOf(said);
  const weights = weightsOf(said);
  const kept: KeptService = {
    id: serviceId,
    ...exact('address', saidAddress, host),
    ...(tagsKind.parse(tags) === undefined ? exact('tags', tags, plainTags(tags)) : {}),
    ...(said.Ports === undefined || said.Ports.length === 0 ? {} : { ports: { said: said.Ports.map(namedPort), as: ports } }),
    ...(said.TaggedAddresses === undefined || Object.keys(said.TaggedAddresses).length === 0
      ? {}
      : { taggedAddresses: placed(said.TaggedAddresses) }),
    ...(byAgent && isIP(saidAddress) !== 0 ? { byAgent: true as const } : {}),
    ...(weights.warning === 1 ? {} : { warningWeight: weights.warning }),
    ...(said.EnableTagOverride === true ? { enableTagOverride: true as const } : {}),
    ...(ownTags === undefined ? {} : { ownTags }),
    ...given('socketPath', said.SocketPath),
    ...given('kind', said.Kind),
    ...(said.Proxy === undefined ? {} : { proxy: said.Proxy }),
    ...(said.Connect === undefined ? {} : { connect: said.Connect }),
    ...(said.Locality === undefined ? {} : { locality: said.Locality }),
    ...(Object.keys(keptChecks).length === 0 ? {} : { checks: keptChecks }),
  };
  return {
    namespace: Namespace.default,
    service,
    id,
    host,
    ...ports,
    tags: plainTags(tags),
    metadata: said.Meta ?? {},
    weight: weights.passing,
    zone: localityOf(said, 'Zone'),
    region: localityOf(said, 'Region'),
    version: null,
    machine: node,
    checks,
    deregisterAfterMs: termOf(keptChecks),
    origin: { face: CONSUL, kept: { [CONSUL]: keptText(kept), ...(host === null && given(FOREIGN_ADDRESS, saidAddress)) } },
  };
}

/** Also with brackets, and with the dot that ends a full name. Consul takes any text: `null` for what is no host. */
export function hostIn(address: string): Host | null {
  return Host.parse(address) ?? Host.parse(address.replace(/^\[(.+)\]$/, '$1').replace(/\.$/, '')) ?? null;
}

/** The shortest of those that its checks have; `null` where none has one. */
export function termOf(checks: Readonly<Record<string, KeptCheck>>): number | null {
  const terms = Object.values(checks).flatMap(({ deregisterAfterMs }) => (deregisterAfterMs === undefined ? [] : [deregisterAfterMs]));
  return terms.length === 0 ? null : Math.min(...terms);
}

/** Said, and as our model has it, where the two differ. */
function exact<Name extends string, Said, As>(name: Name, said: Said, as: As): { readonly [One in Name]?: Exact<Said, As> } {
  return JSON.stringify(said) === JSON.stringify(as) ? {} : ({ [name]: { said, as } } as { readonly [One in Name]: Exact<Said, As> });
}

/**
 * Where somebody else may change the tags, what he made of them stays for as long as the agent says what it said before: then it has
 * nothing new to say of them.
 */
function tagsOf(
  { EnableTagOverride, Tags = [] }: SaidService,
  byAgent: boolean,
  before: Instance | undefined,
): { readonly tags: readonly string[]; readonly ownTags: readonly string[] | undefined } {
  if (EnableTagOverride !== true) return { tags: Tags, ownTags: undefined };
  const known = before === undefined ? undefined : keptService(before.origin)?.ownTags;
  if (!byAgent) return { tags: Tags, ownTags: known };
  const isSaidBefore = known !== undefined && JSON.stringify(known) === JSON.stringify(Tags);
  return { tags: isSaidBefore ? (before?.tags ?? Tags) : Tags, ownTags: Tags };
}

/** Those that can be asked for anywhere else. */
function plainTags(tags: readonly string[]): readonly string[] {
  if (tagsKind.parse(tags) !== undefined) return tags;
  return tags.filter((tag) => tag.length <= TAG_CHARACTERS_MAX && tagsKind.parse([tag]) !== undefined).slice(0, TAGS_MAX);
}

function weightsOf({ Weights }: SaidService): { readonly passing: number; readonly warning: number } {
  const { Passing = 0, Warning = 0 } = Weights ?? usualWeights;
  if (Passing < 1) throw invalid('Passing must be greater than 0');
  if (Warning < 0) throw invalid('Warning must be greater or equal than 0');
  if (Passing > 65_535 || Warning > 65_535) throw invalid('DNS Weight must be between 0 and 65535');
  return { passing: Passing, warning: Warning };
}

function portsOf({ Port, Ports = [] }: SaidService): Pick<Registration, 'port' | 'ports'> {
  if (Ports.length === 0) return { port: portOf(Port ?? 0), ports: {} };
  if ((Port ?? 0) !== 0) throw invalid('Port and Ports cannot both be specified');
  if (Ports.length > PORTS_MAX) throw invalid(`Ports has ${Ports.length} entries; allowed are ${PORTS_MAX}`);
  const named = Ports.map(({ Name = '', Port: port = 0 }): [string, number] => {
    const number = portOf(port);
    if (partNameKind.parse(Name) === undefined || number === null)
      throw invalid(`Ports: ${JSON.stringify(Name)} is no name, or has no port`);
    return [Name, number];
  });
  if (new Set(named.map(([name]) => name)).size < named.length) throw invalid('Ports: two of them have the same name');
  const usual = Ports.find(({ Default }) => Default === true) ?? Ports[0];
  return { port: usual?.Port ?? null, ports: Object.fromEntries(named) };
}

function portOf(port: number): number | null {
  if (port === 0) return null;
  const found = portKind.parse(port);
  if (found === undefined) throw invalid(`Port is ${port}; allowed is ${portKind.allowed}, or 0 for none`);
  return found;
}

function namedPort({ Name = '', Port = 0, Default }: SaidPort): NamedPort {
  return { Name, Port, ...(Default === undefined ? {} : { Default }) };
}

function placed(addresses: Readonly<Record<string, SaidAddress>>): Readonly<Record<string, PlacedAddress>> {
  return Object.fromEntries(Object.entries(addresses).map(([name, { Address = '', Port = 0 }]) => [name, { Address, Port }]));
}

function localityOf({ Locality }: SaidService, name: 'Region' | 'Zone'): string | null {
  const value = isObject(Locality) ? (Locality[name] ?? Locality[name.toLowerCase()]) : undefined;
  return typeof value === 'string' && partNameKind.parse(value) !== undefined ? value : null;
}

export const usualWeights = { Passing: 1, Warning: 1 };

/** `0.0.0.0` is where one listens, and nowhere that anybody could connect to. */
const nowhere: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

const META_MAX = 64;
const META_KEY_MAX = 128;
const META_VALUE_MAX = 512;

function demandPlaced({ Address = '', Meta = {} }: SaidService): void {
  if (nowhere.has(Address)) throw invalid('Invalid service address');
  demandMeta(Meta);
}

/** Throws what Consul says of the metadata of services and of nodes. */
export function demandMeta(meta: Readonly<Record<string, string>>): void {
  const entries = Object.entries(meta);
  if (entries.length > META_MAX) throw invalid(`Invalid Service Meta: Node metadata cannot contain more than ${META_MAX} key/value pairs`);
  for (const [key, value] of entries) {
    const problem = metaProblem(key, value);
    if (problem !== null) throw invalid(`Invalid Service Meta: Couldn't load metadata pair ('${key}', '${value}'): ${problem}`);
  }
}

function metaProblem(key: string, value: string): string | null {
  if (key === '') return 'Key cannot be blank';
  if (!/^[A-Za-z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > META_KEY_MAX) return `Key is too long (limit: ${META_KEY_MAX} characters)`;
  if (key.startsWith('consul-') && key !== 'consul-network-segment') return "Key prefix 'consul-' is reserved for internal use";
  return value.length > META_VALUE_MAX ? `Value is too long (limit: ${META_VALUE_MAX} characters)` : null;
}

function given<Name extends string>(name: Name, text: string | undefined): { readonly [One in Name]?: string } {
  return text === undefined || text === '' ? {} : ({ [name]: text } as { readonly [One in Name]: string });
}

function invalid(text: string): ConsulRefusal {
  return new ConsulRefusal(400, text);
}
