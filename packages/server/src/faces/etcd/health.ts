/** gRPC's own health service, which an etcd offers too: whether the server as a whole answers. */
import type { Clock } from '@rollcall/core';
import { healthCheckRequest, healthCheckResponse, type HealthCheckRequest, type HealthCheckResponse } from '@rollcall/wire';
import { GrpcFailure, streamMethod, unaryMethod, type GrpcInlet, type GrpcMethod, type GrpcOutlet } from '../../shared/grpc-face.js';

const SERVICE = '/grpc.health.v1.Health/';

/** How soon who watches hears of it. */
const LOOK_MS = 1_000;

export interface HealthOptions {
  readonly clock: Clock;
  readonly isServing: () => boolean;
}

export function healthMethods(options: HealthOptions): readonly GrpcMethod[] {
  const codecs = { request: healthCheckRequest, response: healthCheckResponse, right: 'none', lane: null } as const;
  return [
    unaryMethod({
      path: `${SERVICE}Check`,
      ...codecs,
      handle: ({ service }) => {
        if (service !== '') throw new GrpcFailure('NOT_FOUND', 'unknown service');
        return { status: statusOf(options) };
      },
    }),
    streamMethod({ path: `${SERVICE}Watch`, ...codecs, open: (outlet) => new HealthWatch(options, outlet) }),
  ];
}

function statusOf({ isServing }: HealthOptions): 'SERVING' | 'NOT_SERVING' {
  return isServing() ? 'SERVING' : 'NOT_SERVING';
}

class HealthWatch implements GrpcInlet<HealthCheckRequest> {
  readonly #options: HealthOptions;
  readonly #outlet: GrpcOutlet<HealthCheckResponse>;
  #told: HealthCheckResponse['status'] | null = null;
  #cancelLook: () => void = () => undefined;

  constructor(options: HealthOptions, outlet: GrpcOutlet<HealthCheckResponse>) {
    this.#options = options;
    this.#outlet = outlet;
  }

  received({ service }: HealthCheckRequest): void {
    this.#cancelLook();
    if (service === '') this.#look();
    else this.#outlet.write({ status: 'SERVICE_UNKNOWN' });
  }

  ended(): void {
    return undefined;
  }

  closed(): void {
    this.#cancelLook();
  }

  #look(): void {
    const status = statusOf(this.#options);
    if (status !== this.#told) this.#outlet.write({ status });
    this.#told = status;
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => this.#look());
  }
}
