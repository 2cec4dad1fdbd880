/** How many requests were answered, by route and by class of status. */
import type { Counter, Meter, Metric } from '@rollcall/core';
import type { HttpRoute } from '../../shared/http-face.js';

/** Counts an answer, by its status. */
export type Count = (status: number) => void;

/** What was refused before a route was found. */
const NONE = 'none';

const classes = ['2xx', '3xx', '4xx', '5xx'];

export class Tally {
  readonly #meter: Meter;
  readonly #metric: Metric;
  readonly #counts: ReadonlyMap<HttpRoute, Count>;
  readonly none: Count;

  constructor(routes: readonly HttpRoute[], meter: Meter) {
    this.#meter = meter;
    this.#metric = {
      name: 'rollcall_http_requests_total',
      kind: 'counter',
      help: 'Requests that were answered, by route (`none`: refused before one was found) and class of status.',
      labels: { route: [...routes.map(labelOf), NONE], status: classes },
    };
    this.#counts = new Map(routes.map((route) => [route, this.#counting(labelOf(route))]));
    this.none = this.#counting(NONE);
  }

  of(route: HttpRoute): Count {
    return this.#counts.get(route) ?? this.none;
  }

  #counting(route: string): Count {
    const counters: readonly Counter[] = classes.map((status) => this.#meter.counter(this.#metric, { route, status }));
    return (status) => counters[Math.floor(status / 100) - 2]?.add();
  }
}

function labelOf({ method, path }: HttpRoute): string {
  return `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
}
