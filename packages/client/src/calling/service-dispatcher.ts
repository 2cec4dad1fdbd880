/** An undici dispatcher that sends requests to services: whatever takes a dispatcher can call them by name. */
import { Dispatcher, getGlobalDispatcher } from 'undici';
import { CallFailed } from './call-failed.js';
import type { CallWishes } from './call-rules.js';
import type { Calling } from './calling.js';
import { DispatchedCall, refuse, type DispatchSurroundings } from './dispatched-call.js';
import type { InstanceConnections } from './instance-connections.js';
import { serviceAddress, type ServiceAddress, type ServiceNaming } from './service-address.js';

export interface ServiceDispatcherOptions {
  readonly naming: ServiceNaming;
  /** Where requests to others go; `refuse` lets nothing go elsewhere. */
  readonly others: Dispatcher | 'refuse';
}

/** Addresses that were read already; more than a program has services. */
const ADDRESSES_MAX = 1000;

const noWishes: CallWishes = {};

export class ServiceDispatcher extends Dispatcher {
  readonly #calling: Calling;
  readonly #surroundings: DispatchSurroundings;
  readonly #options: ServiceDispatcherOptions;
  readonly #addresses = new Map<string, ServiceAddress | undefined>();

  constructor(calling: Calling, connections: InstanceConnections, options: ServiceDispatcherOptions) {
    super();
    this.#calling = calling;
    this.#options = options;
    this.#surroundings = { clock: calling.clock, connections };
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.dispatchAs(noWishes, options, handler);
  }

  /** The same for a call that says more of itself. */
  dispatchAs(wishes: CallWishes, options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    try {
      const address = this.#addressOf(options.origin);
      if (address === undefined) return this.#elsewhere(options, handler);
      const caller = this.#calling.of(address.service);
      const parts = { address, rules: caller.rules, surroundings: this.#surroundings };
      new DispatchedCall(options, handler, wishes, parts).start(caller, wishes);
    } catch (error) {
      refuse(handler, error instanceof Error ? error : new Error(String(error), { cause: error }));
    }
    return true;
  }

  /** The registry closes what this uses; there is nothing of its own. */
  override close(callback?: () => void): Promise<void> {
    callback?.();
    return Promise.resolve();
  }

  override destroy(first?: Error | null | (() => void), callback?: () => void): Promise<void> {
    if (typeof first === 'function') first();
    callback?.();
    return Promise.resolve();
  }

  #elsewhere(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { others } = this.#options;
    if (others !== 'refuse') return others.dispatch(options, handler);
    const details = "requests to others are sent only with `others: 'pass'`";
    refuse(handler, new CallFailed('not-a-service', String(options.origin ?? 'an address without a host'), { details }));
    return true;
  }

  #addressOf(origin: string | URL | undefined): ServiceAddress | undefined {
    if (origin === undefined) return undefined;
    const key = String(origin);
    const known = this.#addresses.get(key);
    if (known !== undefined || this.#addresses.has(key)) return known;
    const address = serviceAddress(origin, this.#options.naming);
    if (this.#addresses.size >= ADDRESSES_MAX) this.#addresses.clear();
    this.#addresses.set(key, address);
    return address;
  }
}

/** Where requests went before this was put in front of them. */
export function outside(): Dispatcher {
  return getGlobalDispatcher();
}
