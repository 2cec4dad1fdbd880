/** How grpc-js wants to be told: an object with two methods up to 1.13, one function since 1.14. */
import type { Endpoint } from './endpoints.js';

export interface Status {
  readonly code: number;
  readonly details: string;
  readonly metadata: unknown;
}

/** As JSON in the channel option `grpc.service_config`, taken apart. */
export type ServiceConfig = Readonly<Record<string, unknown>>;

/** Without one of these grpc-js would call the first of the list only. grpc-js wants both fields. */
export const roundRobin: ServiceConfig = { loadBalancingConfig: [{ round_robin: {} }], methodConfig: [] };

type StatusOr<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Status };

type ListenerFunction = (
  endpoints: StatusOr<Endpoint[]>,
  attributes: Record<string, unknown>,
  config: StatusOr<ServiceConfig> | null,
  note: string,
) => boolean;

interface ListenerObject {
  onSuccessfulResolution(
    endpoints: Endpoint[],
    config: ServiceConfig | null,
    configError: Status | null,
    configSelector: null,
    attributes: Record<string, unknown>,
  ): void;
  onError(status: Status): void;
}

export type Listener = ListenerFunction | ListenerObject;

export class Told {
  readonly #listener: Listener;
  readonly #config: ServiceConfig | null;

  /** `config` goes along with every list; `null` leaves it to the channel. */
  constructor(listener: Listener, config: ServiceConfig | null) {
    this.#listener = listener;
    this.#config = config;
  }

  /** These, and nobody else. */
  endpoints(endpoints: readonly Endpoint[], note: string): void {
    if (typeof this.#listener !== 'function') {
      return this.#listener.onSuccessfulResolution([...endpoints], this.#config, null, null, {});
    }
    this.#listener({ ok: true, value: [...endpoints] }, {}, this.#configNow(), note);
  }

  /** Nothing new is known. Whoever has a list goes on with it; whoever has none fails with this. */
  failure(status: Status): void {
    if (typeof this.#listener !== 'function') return this.#listener.onError(status);
    this.#listener({ ok: false, error: status }, {}, this.#configNow(), status.details);
  }

  #configNow(): StatusOr<ServiceConfig> | null {
    return this.#config === null ? null : { ok: true, value: this.#config };
  }
}
