/** What a name has: whether it is there, and the records of the type that was asked for. */
import { Namespace, ServiceName, type Caller, type CatalogView, type Instance, type Machine, type Random } from '@rollcall/core';
import { parseName, recordTypes, type WireName } from '@rollcall/wire';
import { hasForeignAddress } from '../../shared/foreign-address.js';
import { addressBytes, addressText, readDashed } from './addresses.js';
import type { Asked } from './asked.js';
import { NotKnownYet, type Beside, type OwnNode } from './beside.js';
import { serviceTtl, type Zone } from './domains.js';
import {
  addressDrafts,
  addressName,
  aliasDrafts,
  endpointName,
  hostsOf,
  machineHosts,
  machineName,
  mainPorts,
  namedPort,
  serviceDrafts,
  textDrafts,
  weightedHosts,
  type Rendering,
  type Target,
  type Weighted,
} from './map.js';
import { findMachine } from './machine-lookup.js';
import type { NameIndex } from './name-index.js';
import { pairsOf } from './pairs.js';
import type { Draft } from './record-set.js';
import { ServiceLookup, type FoundService, type Watched } from './service-lookup.js';

export interface Found {
  /** Otherwise there is nothing at the name nor below it. */
  readonly exists: boolean;
  readonly drafts: readonly Draft[];
  /** What it depends on; `null` if it depends on more than can be said. */
  readonly basis: Basis | null;
  /** The records keep this order. */
  readonly isOrdered?: boolean;
}

/** As long as all of this is as it was, the answer is the same. */
export interface Basis {
  readonly services: readonly Watched[];
  /** How often machines had changed; `null` if that does not matter. */
  readonly machinesMoved: number | null;
  /** The same of what stands beside the catalog. */
  readonly besideMoved: number | null;
  /** Of very many, some: others are as good, and have their turn. */
  readonly isSample: boolean;
}

export interface LookupOptions {
  readonly view: CatalogView;
  readonly caller: Caller;
  readonly index: () => NameIndex;
  readonly beside: Beside;
  /** Where the question came from. */
  readonly asker: string;
  readonly zone: Zone;
  readonly datacenter: string;
  readonly random: Random;
  /** At most so many instances of a service are looked at. */
  readonly most: number;
}

const NOTHING: Found = { exists: false, drafts: [], basis: null };
const EMPTY: Found = { exists: true, drafts: [], basis: null };

/** Everything below a domain but its apex. */
export class Lookup {
  readonly #options: LookupOptions;
  readonly #services: ServiceLookup;
  /** Machines were looked at too. */
  #sawMachines = false;
  /** What stands beside the catalog was, too. */
  #sawBeside = false;

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#services = new ServiceLookup(options);
  }

  find(asked: Exclude<Asked, { kind: 'apex' | 'name-server' }>, type: number): Found {
    switch (asked.kind) {
      case 'nothing':
        return NOTHING;
      case 'empty':
        return asked.namespace === null || this.#hasNamespace(asked.namespace) ? EMPTY : NOTHING;
      case 'service':
        return (
          this.#ofOwnService(asked.namespace, asked.labels.join('.'), type) ??
          this.#ofService(this.#services.find(asked.namespace, asked.labels, asked.tags), type, asked)
        );
      case 'tagged':
        return (
          (asked.tag === null ? this.#ofOwnService(asked.namespace, asked.service, type) : null) ??
          this.#ofService(this.#services.tagged(asked.namespace, asked.service, asked.tag), type)
        );
      case 'port':
        return this.#ofPort(asked, type);
      case 'cluster':
        return this.#inCluster(asked, type);
      case 'instance':
        return this.#ofInstance(asked, type);
      case 'machine':
        return this.#ofMachine(asked, type);
      case 'query':
        return this.#ofQuery(asked.name, type);
      case 'address':
        return {
          exists: true,
          drafts: this.#drafts([], [{ host: addressText(asked.address), weight: 1 }], type, this.#rendering()),
          basis: null,
        };
    }
  }

  #ofService(found: FoundService | undefined, type: number, asked?: Extract<Asked, { kind: 'service' }>): Found {
    if (found === undefined) {
      const isAbove = asked !== undefined && this.#options.index().isAbove('service', asked.namespace, asked.labels.join('.'));
      return isAbove ? EMPTY : NOTHING;
    }
    const { exists, isAbove, instances, service } = found;
    if (!exists) return isAbove ? this.#founded([]) : NOTHING;
    if (instances.length === 0 && this.#options.zone.manner.whenEmpty === 'nxdomain') return NOTHING;
    return this.#founded(this.#serviceDrafts(instances, type, this.#rendering(service), mainPorts, false));
  }

  /** Consul's domain has the registry itself as a service; others may have registered more of the same name. */
  #ofOwnService(namespace: Namespace, service: string, type: number): Found | null {
    const { zone, beside, caller } = this.#options;
    if (zone.manner.targets !== 'consul' || namespace !== Namespace.default) return null;
    const own = beside.instances(service, caller);
    if (own.length === 0) return null;
    this.#sawBeside = true;
    const others = this.#services.tagged(namespace, service, null)?.instances ?? [];
    return this.#founded(this.#serviceDrafts([...own, ...others], type, this.#rendering(service), mainPorts, false));
  }

  #ofQuery(name: string, type: number): Found {
    const { beside, caller, asker, most, zone } = this.#options;
    this.#sawBeside = true;
    const found = beside.prepared(name, { ...caller, from: asker }, most);
    if (found === null) return NOTHING;
    if (found === 'above') return EMPTY;
    if (found === 'unknown') throw new NotKnownYet(name);
    const { service, instances, isOrdered, ttlSeconds, isPassing } = found;
    this.#services.tagged(Namespace.default, service, null);
    if (instances.length === 0 && zone.manner.whenEmpty === 'nxdomain') return NOTHING;
    const usual = this.#rendering(service);
    const rendering = ttlSeconds === undefined ? usual : { ...usual, ttlSeconds };
    this.#sawMachines = true;
    const founded = this.#founded(this.#serviceDrafts(instances, type, rendering, mainPorts, false));
    return { ...founded, isOrdered, ...(isPassing ? { basis: null } : {}) };
  }

  #ofPort({ namespace, service, port, inCluster }: Extract<Asked, { kind: 'port' }>, type: number): Found {
    const found = this.#services.tagged(namespace, service, null);
    if (found === undefined) return NOTHING;
    if (port === null) return this.#founded([]);
    const having = this.#services.withPort(found, namespace, port);
    if (having === undefined) return NOTHING;
    if (having.length === 0 && this.#options.zone.manner.whenEmpty === 'nxdomain') return NOTHING;
    return this.#founded(this.#serviceDrafts(having, type, this.#rendering(found.service), (one) => namedPort(one, port), inCluster));
  }

  /** `a.b` is the service of that name; where there is none, the endpoint `a` of the service `b`. */
  #inCluster({ namespace, labels }: Extract<Asked, { kind: 'cluster' }>, type: number): Found {
    const whole = this.#services.find(namespace, labels, false);
    if (whole !== undefined) {
      if (whole.instances.length === 0 && this.#options.zone.manner.whenEmpty === 'nxdomain') return NOTHING;
      return this.#founded(this.#serviceDrafts(whole.instances, type, this.#rendering(whole.service), mainPorts, true));
    }
    for (let from = 1; from < labels.length; from++) {
      const service = this.#services.find(namespace, labels.slice(from), false);
      if (service !== undefined) return this.#ofEndpoint(namespace, service, labels.slice(0, from).join('.'), type);
    }
    return this.#options.index().isAbove('service', namespace, labels.join('.')) ? EMPTY : NOTHING;
  }

  /** By its address with dashes, or by its id; in rotation or not, as with every name of one instance. */
  #ofEndpoint(namespace: Namespace, { service }: FoundService, endpoint: string, type: number): Found {
    const { view, caller, index } = this.#options;
    const address = readDashed(endpoint);
    const byAddress = address === null ? [] : [...index().instancesAt(address)];
    const meant = [
      ...index()
        .idsOf(namespace, endpoint)
        .flatMap((id) => view.instance({ namespace, service, id }, caller) ?? []),
      ...byAddress.filter((one) => one.namespace === namespace && ServiceName.fold(one.service) === service),
    ];
    if (meant.length === 0) return index().isAbove('instance', namespace, endpoint) ? EMPTY : NOTHING;
    return this.#founded(this.#serviceDrafts(meant, type, this.#rendering(service), mainPorts, true));
  }

  #ofInstance({ namespace, id }: Extract<Asked, { kind: 'instance' }>, type: number): Found {
    const { view, caller, index } = this.#options;
    const found = index()
      .idsOf(namespace, id)
      .flatMap((one) => view.instancesById(namespace, one, caller));
    if (found.length === 0) return index().isAbove('instance', namespace, id) ? EMPTY : NOTHING;
    const rendering = this.#rendering((found[0] as Instance).service.toLowerCase());
    return { exists: true, drafts: this.#serviceDrafts(found, type, rendering, mainPorts, false), basis: null };
  }

  #ofMachine({ namespace, name }: Extract<Asked, { kind: 'machine' }>, type: number): Found {
    const found = findMachine(namespace, name, this.#options);
    if (found === undefined) return this.#options.index().isAbove('machine', namespace, name) ? EMPTY : NOTHING;
    const hosts = found.hosts.map((host) => ({ host, weight: 1 }));
    return { exists: true, drafts: this.#drafts(found.pairs, hosts, type, this.#rendering()), basis: null };
  }

  #serviceDrafts(
    instances: readonly Instance[],
    type: number,
    rendering: Rendering,
    ports: (instance: Instance) => readonly number[],
    inCluster: boolean,
  ): readonly Draft[] {
    if (type === recordTypes.SRV) {
      return serviceDrafts(instances, ports, (instance) => this.#targetsOf(instance, rendering, inCluster), rendering.ttlSeconds);
    }
    if (type === recordTypes.TXT) return this.#drafts(pairsOf(instances), [], type, rendering);
    return this.#drafts([], weightedHosts(instances, rendering.machineOf), type, rendering);
  }

  /** Addresses if there are any, a name in their place otherwise. */
  #drafts(pairs: Iterable<readonly [string, string]>, hosts: readonly Weighted[], type: number, rendering: Rendering): readonly Draft[] {
    if (type === recordTypes.TXT) return textDrafts(pairs, rendering);
    const isAddress = type === recordTypes.A || type === recordTypes.AAAA;
    const direct = isAddress ? addressDrafts(hosts, type, rendering.ttlSeconds) : [];
    if (direct.length > 0 || (!isAddress && type !== recordTypes.CNAME)) return direct;
    // An alias stands beside no addresses, of whatever family.
    return hosts.some(({ host }) => addressBytes(host) !== null) ? [] : aliasDrafts(hosts);
  }

  #targetsOf(instance: Instance, { zone, datacenter }: Rendering, inCluster: boolean): readonly Target[] {
    const machine = this.#machineOf(instance);
    return hostsOf(instance, machine).flatMap((host): Target[] => {
      const address = addressBytes(host);
      if (address === null) {
        const name = host.includes(':') ? undefined : parseName(host);
        return name === undefined ? [] : [{ key: host, name, addresses: [] }];
      }
      const named = this.#nameOf(instance, host, address, { zone, datacenter }, inCluster);
      return [{ key: named === undefined ? host : `${host} by name`, name: named ?? addressName(address, zone), addresses: [address] }];
    });
  }

  #nameOf(
    instance: Instance,
    host: string,
    address: Uint8Array,
    { zone, datacenter }: Pick<Rendering, 'zone' | 'datacenter'>,
    inCluster: boolean,
  ): WireName | undefined {
    // Endpoints are found by their own addresses.
    if (inCluster && instance.host !== null) return endpointName(address, instance, zone);
    if (zone.manner.targets !== 'consul' || instance.machine === null) return undefined;
    this.#sawMachines = true;
    const machine = this.#registered(instance) ?? this.#ownNode(instance);
    const hosts = machine === undefined ? [] : 'address' in machine ? [machine.address] : machineHosts(machine);
    const isAt = hosts.length === 1 && hosts[0] === host;
    return isAt ? machineName({ namespace: instance.namespace, name: instance.machine }, { zone, datacenter }) : undefined;
  }

  /** The machine that says where an instance is that does not say so itself. */
  #machineOf(instance: Instance): Machine | undefined {
    if (instance.host !== null || instance.machine === null || hasForeignAddress(instance.origin)) return undefined;
    this.#sawMachines = true;
    return this.#registered(instance);
  }

  #registered({ namespace, machine }: Instance): Machine | undefined {
    return machine === null ? undefined : this.#options.view.machine({ namespace, name: machine }, this.#options.caller);
  }

  #ownNode({ namespace, machine }: Instance): OwnNode | undefined {
    if (namespace !== Namespace.default) return undefined;
    const { beside, caller } = this.#options;
    this.#sawBeside = true;
    return beside.nodes(caller).find(({ name }) => name === machine);
  }

  #hasNamespace(namespace: Namespace): boolean {
    return namespace === Namespace.default || this.#options.index().hasNamespace(namespace);
  }

  #rendering(service?: string): Rendering {
    const { zone, datacenter } = this.#options;
    const ttlSeconds = service === undefined ? zone.manner.ttlSeconds : serviceTtl(zone.manner, service);
    return { zone, datacenter, ttlSeconds, machineOf: (instance) => this.#machineOf(instance) };
  }

  #founded(drafts: readonly Draft[]): Found {
    const { watched: services, isSample } = this.#services;
    const machinesMoved = this.#sawMachines ? this.#options.index().machinesMoved : null;
    const besideMoved = this.#sawBeside ? this.#options.beside.moved : null;
    return { exists: true, drafts, basis: { services, machinesMoved, besideMoved, isSample } };
  }
}
