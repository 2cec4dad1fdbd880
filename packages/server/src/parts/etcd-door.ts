/** The etcd door as a part of the registry: its services over the log, gRPC and HTTP on one port. */
import type { AccessControl, Load, Meter, Metric, Store } from '@rollcall/core';
import { GrpcDoor } from '../doors/grpc/door.js';
import { HttpDoor, type HttpDoorOptions } from '../doors/http/door.js';
import { readTls, type TlsMaterial } from '../doors/http/tls.js';
import { etcdDoorOption } from '../faces/etcd/config.js';
import { gateway, type Gateway } from '../faces/etcd/gateway/gateway.js';
import { goneKeysIn } from '../faces/etcd/gone-keys-file.js';
import { identityOf } from '../faces/etcd/identity.js';
import { etcdServices, type EtcdServices } from '../faces/etcd/services.js';
import type { Part } from '../lifecycle.js';
import { nodeNameOf } from '../options/node-options.js';
import type { ServeOptions } from '../options/options.js';
import type { GrpcCall } from '../shared/grpc-face.js';
import type { Surroundings } from '../surroundings.js';
import type { Ledger } from './ledger.js';
import { opened } from './opening.js';

export interface OpenedEtcd {
  readonly doors: () => Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
}

interface EtcdSources extends Pick<Ledger, 'catalog' | 'etcdStore'> {
  readonly store: Store;
  readonly access: AccessControl;
  readonly refused: HttpDoorOptions['refused'];
  /** The one of the HTTP door: the same certificate serves both. */
  readonly tls: TlsMaterial | null;
  readonly load: () => Load;
  readonly metrics: () => Promise<string>;
  readonly meter: Meter;
}

/** `certificate`: reads it anew. */
export function etcdDoor(options: ServeOptions, surroundings: Surroundings, sources: EtcdSources): OpenedEtcd {
  const { etcd: port } = options;
  return port === null ? { doors: () => ({}), parts: [] } : new EtcdDoor({ ...options, etcdPort: port }, surroundings, sources);
}

interface Running {
  readonly door: GrpcDoor;
  readonly http: HttpDoor;
  readonly gateway: Gateway;
  readonly services: EtcdServices;
}

class EtcdDoor implements OpenedEtcd {
  readonly parts: readonly Part[];
  readonly #options: ServeOptions & { readonly etcdPort: number };
  readonly #surroundings: Surroundings;
  readonly #sources: EtcdSources;
  #running: Running | null = null;
  #isOpen = false;

  constructor(options: ServeOptions & { readonly etcdPort: number }, surroundings: Surroundings, sources: EtcdSources) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#sources = sources;
    const part: Part = {
      name: 'the etcd door',
      start: () => this.#open(),
      reload: () => this.#renew(),
      drain: () => this.#drain(),
      close: () => this.#close(),
    };
    this.parts = [part];
  }

  readonly doors = (): Readonly<Record<string, string>> =>
    this.#isOpen && this.#running !== null ? { etcd: this.#running.door.address } : {};

  /** What is wrong with the files the HTTP door says already. */
  async #renew(): Promise<void> {
    const tls = await readTls(this.#options, this.#surroundings.clock.wallMs()).catch(() => null);
    if (tls !== null) this.#running?.door.secure(tls);
  }

  /** The view stands by now, and with it which log this is. */
  async #open(): Promise<void> {
    const services = this.#services();
    const pages = this.#gateway(services);
    const http = this.#http(pages);
    const { bind, etcdPort, connectionsMax } = this.#options;
    const { access, refused, load, meter, tls } = this.#sources;
    const door = new GrpcDoor({
      ...this.#surroundings,
      face: services.face,
      bind,
      port: etcdPort,
      connectionsMax,
      tls,
      access,
      plain: (connection) => http.accept(connection),
      refused,
      load,
      meter,
    });
    this.#running = { door, http, gateway: pages, services };
    await services.quiet.start();
    http.startBehind();
    await opened(() => door.start(), {
      what: 'etcd',
      bind,
      port: etcdPort,
      option: etcdDoorOption,
    });
    this.#isOpen = true;
  }

  #drain(): void {
    this.#isOpen = false;
    this.#running?.door.drain();
    this.#running?.gateway.drain();
    this.#running?.http.drain();
  }

  async #close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return;
    await Promise.all([running.door.close(), running.http.close()]);
    await running.services.quiet.close();
  }

  #services(): EtcdServices {
    const { catalog, etcdStore, store, access } = this.#sources;
    const { etcdProject } = this.#options;
    return etcdServices({
      ...this.#surroundings,
      store,
      storeFor: etcdStore,
      access,
      identity: identityOf(catalog.view.epoch, nodeNameOf(this.#options)),
      version: this.#options.etcdVersion,
      clientUrls: (call) => this.#urlsFor(call),
      prefix: typeof etcdProject === 'object' && etcdProject !== null ? etcdProject.prefix : '',
      isServing: () => this.#isOpen,
      shelf: goneKeysIn(this.#options.store === 'embedded' ? this.#options.data : null),
    });
  }

  #gateway({ face }: EtcdServices): Gateway {
    const { metrics, catalog } = this.#sources;
    return gateway({
      face,
      version: this.#options.etcdVersion,
      trouble: () => (!this.#isOpen ? 'stopping' : catalog.view.staleSinceMs === null ? null : 'the log cannot be reached'),
      metrics,
    });
  }

  /** HTTP on the same port: connections come from the door before it. */
  #http({ face }: Gateway): HttpDoor {
    const { access, refused, load, meter } = this.#sources;
    return new HttpDoor({
      ...this.#options,
      ...this.#surroundings,
      port: 0,
      faces: [face],
      access,
      refused,
      load,
      meter: renamed(meter, 'rollcall_http_', 'rollcall_etcd_http_'),
    });
  }

  /** As the caller reached it: whatever stands between, that is an address that works for him. */
  #urlsFor({ metadata }: GrpcCall): readonly string[] {
    const authority = metadata.get(':authority') ?? '';
    const address = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):\d{1,5}$/.test(authority) ? authority : (this.#running?.door.address ?? '');
    return [`${this.#sources.tls === null ? 'http' : 'https'}://${address}`];
  }
}

/** What another door of the same kind measures, under names of its own. */
function renamed(meter: Meter, from: string, to: string): Meter {
  const own = (metric: Metric): Metric => ({ ...metric, name: metric.name.replace(from, to) });
  return {
    counter: (metric, labels) => meter.counter(own(metric), labels),
    histogram: (metric, labels) => meter.histogram(own(metric), labels),
    gauge: (metric, read, labels) => meter.gauge(own(metric), read, labels),
  };
}
