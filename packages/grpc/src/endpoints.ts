/** From instances to what grpc-js calls endpoints: an address each, and as often as its weight says. Pure. */
import type { Instance } from '@rollcall/client';

type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** grpc-js may write into it. */
export interface Endpoint {
  addresses: Address[];
}

/** What channels know of an instance. */
export type Callable = Pick<Instance, 'id' | 'host' | 'port' | 'ports' | 'weight'>;

/** The port that is meant where a target names none. */
const USUAL_PORT_NAME = 'grpc';

/**
 * grpc-js knows no weights but those that servers report of themselves, so who weighs more is listed more often. More finely than
 * by tenths they are not told apart: each place costs memory in every channel.
 */
const PLACES_MAX = 10;

/** Channels with more places than this spend their time on the list. */
const ALL_PLACES_MAX = 5000;

export interface Chosen {
  readonly endpoints: readonly Endpoint[];
  /** Those without a port of that name, or without a host. */
  readonly unreachable: readonly Callable[];
}

/** In the order of the instances, places of one apart from each other. */
export function endpointsOf(instances: readonly Callable[], portName: string | null): Chosen {
  const reachable = instances.flatMap((instance) => {
    const address = addressOf(instance, portName);
    return address === undefined ? [] : [{ instance, address }];
  });
  const places = placesOf(reachable.map(({ instance }) => instance.weight));
  const endpoints: Endpoint[] = [];
  const turns = Math.max(0, ...places);
  for (let turn = 0; turn < turns; turn++) {
    for (const [at, { address }] of reachable.entries()) {
      // Spread over the turns, so that it is not called several times in a row.
      const many = places[at] ?? 0;
      if (Math.floor(((turn + 1) * many) / turns) > Math.floor((turn * many) / turns)) endpoints.push({ addresses: [address] });
    }
  }
  return { endpoints, unreachable: instances.filter((instance) => !reachable.some((one) => one.instance === instance)) };
}

/** How many places each has. Whoever weighs nothing has none, unless nobody weighs anything. */
function placesOf(weights: readonly number[]): readonly number[] {
  const heaviest = Math.max(0, ...weights);
  if (heaviest === 0) return weights.map(() => 1);
  const weighing = weights.filter((weight) => weight > 0);
  const lightest = Math.min(...weighing);
  if (lightest === heaviest) return weights.map((weight) => Math.sign(weight));
  const most = Math.max(1, Math.min(PLACES_MAX, Math.floor(ALL_PLACES_MAX / weights.length)));
  const unit = Math.max(greatestCommonDivisor(weighing), heaviest / most);
  return weights.map((weight) => (weight === 0 ? 0 : Math.max(1, Math.round(weight / unit))));
}

function greatestCommonDivisor(numbers: readonly number[]): number {
  const of = (a: number, b: number): number => (b === 0 ? a : of(b, a % b));
  return numbers.reduce((a, b) => of(a, b), 0);
}

function addressOf({ host, port, ports }: Callable, portName: string | null): Address | undefined {
  if (host?.startsWith('unix:') === true) return { path: host.slice('unix:'.length) };
  const chosen = portName === null ? (ports[USUAL_PORT_NAME] ?? port) : ports[portName];
  return host === undefined || chosen === undefined ? undefined : { host, port: chosen };
}
