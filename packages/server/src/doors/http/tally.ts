/** How many requests were answered, by route and by class of status. */
import type { Counter, Meter, Metric } from '@rollcall/core';
import type { HttpRoute } from '../../shared/http-face.js';

/** Counts an answer, by its status. */
export type Count = (status: number) => void;

/** What lay ready has not been looked up in the table of routes; what was refused before has no route. */
const READY = 'ready';
const NONE = 'none';

const classes = ['2xx', '3xx', '4xx', '5xx'];

export class Tally {
  readonly #meter: Meter;
  readonly #metric: Metric;
  readonly ready: Count;
  readonly none: Count;

  constructor(routes: readonly HttpRoute[], meter: Meter) {
    this.#meter = meter;
    this.#metric = {
      name: 'rollcall_http_requests_total',
      kind: 'counter',
      help: 'Requests that were answered, by route (`ready`: queries whose answers lay ready, and plain heartbeats; `none`: refused before a route was found) and class of status.',
      labels: { route: [...routes.map(labelOf), READY, NONE], status: classes },
    };
    this.ready = this.#counting(READY);
    this.none = this.#counting(NONE);
  }

  of(route: HttpRoute): Count {
    return this.#counting(labelOf(route));
  }

  #counting(route: string): Count {
    const counters: readonly Counter[] = classes.map((status) => this.#meter.counter(this.#metric, { route, status }));
    return (status) => counters[Math.floor(status / 100) - 2]?.add();
  }
}

function labelOf({ method, path }: HttpRoute): string {
  return `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
}
