/** Who is where, in an etcd: read, written, and kept there. */
import type { Clock } from '@rollcall/client';
import { etcdCalls } from '@rollcall/wire';
import type { Asking } from './asking.js';
import { keyOf, prefixOf, recordOf, type EtcdEndpoint, type EtcdEndpointWish } from './endpoint-value.js';
import { bytesOf, endOf } from './key-text.js';
import { LeaseKeeper } from './lease-keeper.js';
import { EtcdRegistration, type EtcdRegistrationOptions } from './registration.js';
import { endpointsIn, EtcdService } from './service.js';

export interface NamingSurroundings {
  readonly asking: Asking;
  readonly clock: Clock;
  /** Resolves targets of a scheme from now on. */
  readonly resolve: (naming: EtcdNaming, options: EtcdResolveOptions) => void;
}

export interface EtcdResolveOptions {
  /** Instead of `etcd`. */
  readonly scheme?: string;
  /** For channels that have no `grpc.service_config` of their own. Left out: `round_robin`. */
  readonly serviceConfig?: Readonly<Record<string, unknown>>;
}

const NO_BYTES = new Uint8Array(0);

export class EtcdNaming {
  readonly #surroundings: NamingSurroundings;
  readonly #keeper: LeaseKeeper;
  readonly #services = new Map<string, EtcdService>();
  readonly #registrations = new Set<EtcdRegistration>();
  #isClosed = false;

  /** @internal */
  constructor(surroundings: NamingSurroundings) {
    this.#surroundings = surroundings;
    this.#keeper = new LeaseKeeper(surroundings.asking, surroundings.clock);
  }

  /** Resolves `etcd:///SERVICE` from now on, for all channels that this module of grpc-js makes. Once, at the start of a program. */
  resolve(options: EtcdResolveOptions = {}): void {
    this.#surroundings.resolve(this, options);
  }

  /** Registers a server until it is deregistered, or this program is no more. It comes back after whatever happens to etcd. */
  async register(service: string, endpoint: EtcdEndpointWish, options: EtcdRegistrationOptions = {}): Promise<EtcdRegistration> {
    const { asking, clock } = this.#surroundings;
    this.#insistOpen();
    const onEnd = (): void => void this.#registrations.delete(registration);
    const registration = new EtcdRegistration(recordOf(service, endpoint), options, { asking, keeper: this.#keeper, clock, onEnd });
    this.#registrations.add(registration);
    await registration.start(options.start ?? 'fail');
    return registration;
  }

  /** Writes an endpoint that stays until it is deleted, whether anybody is there or not. Answers its key. */
  async add(service: string, endpoint: EtcdEndpointWish): Promise<string> {
    this.#insistOpen();
    const { key, value } = recordOf(service, endpoint);
    const bare = { lease: 0n, previous: false, keepsValue: false, keepsLease: false } as const;
    const put = { type: 'put', key: bytesOf(key), value: bytesOf(value), ...bare } as const;
    await this.#surroundings.asking.ask(etcdCalls.transaction, { compares: [], success: [put], failure: [] });
    return key;
  }

  /** Deletes what was added under this address, or under this id. Answers whether there was such a one. */
  async delete(service: string, addressOrId: string): Promise<boolean> {
    this.#insistOpen();
    const deletion = { type: 'delete', key: bytesOf(keyOf(service, addressOrId)), rangeEnd: NO_BYTES, previous: true } as const;
    const { responses } = await this.#surroundings.asking.ask(etcdCalls.transaction, { compares: [], success: [deletion], failure: [] });
    return responses.some((response) => response.type === 'delete' && response.previous.length > 0);
  }

  /** Who is there, asked now. */
  async list(service: string): Promise<readonly EtcdEndpoint[]> {
    this.#insistOpen();
    const prefix = prefixOf(service);
    const { kvs } = await this.#surroundings.asking.ask(etcdCalls.range, { key: bytesOf(prefix), rangeEnd: endOf(prefix) });
    return endpointsIn(kvs);
  }

  /** The same for all that follow it. @internal */
  service(name: string): EtcdService {
    this.#insistOpen();
    const service = this.#services.get(name) ?? new EtcdService(this.#surroundings.asking, name);
    this.#services.set(name, service);
    return service;
  }

  /** Deregisters what it registered, and follows nobody any more. Channels keep the list they have. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const service of this.#services.values()) service.end();
    await Promise.all([...this.#registrations].map((registration) => registration.deregister()));
    this.#keeper.close();
    this.#surroundings.asking.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #insistOpen(): void {
    if (this.#isClosed) throw new TypeError('This etcd is closed: connectEtcd() makes another one.');
  }
}
