/** Connections to instances: a pool for each and each of its ports, made when it is first called, closed when the instance is gone. */
import { Pool as Connections } from 'undici';
import type { Endpoint } from '../balancing/endpoint.js';
import type { TlsOptions } from '../options.js';
import type { CallRules } from './call-rules.js';
import { instanceOrigin, type WantedPort } from './instance-origin.js';

/** How long an idle connection is kept where the instance says nothing: less than Node's five seconds, after which it is closed there. */
const IDLE_MS_MAX = 4000;

export class InstanceConnections {
  readonly #tls: TlsOptions;
  readonly #pools = new Map<Endpoint, Map<string, Connections>>();
  #isClosed = false;

  constructor(tls: TlsOptions = {}) {
    this.#tls = tls;
  }

  /** `undefined`: the instance cannot be called at such a port. */
  to(endpoint: Endpoint, wanted: WantedPort, rules: CallRules): Connections | undefined {
    const origin = instanceOrigin(endpoint.instance, wanted);
    if (origin === undefined || this.#isClosed) return undefined;
    const ofInstance = this.#pools.get(endpoint) ?? this.#addInstance(endpoint);
    return ofInstance.get(origin) ?? this.#open(ofInstance, origin, rules);
  }

  /** It has left, and its last call has ended. */
  letGo(endpoint: Endpoint): void {
    const ofInstance = this.#pools.get(endpoint);
    if (ofInstance === undefined) return;
    this.#pools.delete(endpoint);
    for (const connections of ofInstance.values()) void connections.close();
  }

  /** Of all instances; what still goes on is broken off. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#pools.values()].flatMap((ofInstance) => [...ofInstance.values()]);
    this.#pools.clear();
    await Promise.all(all.map((connections) => connections.destroy()));
  }

  #addInstance(endpoint: Endpoint): Map<string, Connections> {
    const ofInstance = new Map<string, Connections>();
    this.#pools.set(endpoint, ofInstance);
    return ofInstance;
  }

  #open(ofInstance: Map<string, Connections>, origin: string, rules: CallRules): Connections {
    const connections = new Connections(origin, {
      connections: rules.bulkhead.instanceCallsMax,
      keepAliveTimeout: IDLE_MS_MAX,
      // The head has the try's own time; the body may not be silent for longer than this.
      headersTimeout: 0,
      bodyTimeout: rules.silenceMs,
      connect: { ...this.#tls, timeout: rules.connectMs },
    });
    ofInstance.set(origin, connections);
    return connections;
  }
}
