/** Real servers behind a service, and everything that calls them. */
import { SeededRandom } from '@rollcall/conformance';
import type { CallingOptions } from './call-rules.js';
import { Calling, type EjectionTold } from './calling.js';
import { atPorts, fakeService, type FakeService } from './fake-service.fixture.js';
import { InstanceConnections } from './instance-connections.js';
import { usualNaming } from './service-address.js';
import { ServiceDispatcher, type ServiceDispatcherOptions } from './service-dispatcher.js';
import { serviceFetch, type ServiceFetch } from './service-fetch.js';
import type { TriedCall } from './service-parts.js';
import { strangeServer, type Behaviour, type StrangeServer } from './strange-servers.fixture.js';
import type { Tracing } from './tracing.js';
import type { TlsOptions } from '../options.js';
import { systemClock } from '../system-clock.js';

export interface Fleet {
  readonly servers: readonly StrangeServer[];
  readonly service: FakeService;
  readonly calling: Calling;
  readonly dispatcher: ServiceDispatcher;
  readonly fetch: ServiceFetch;
  readonly told: TriedCall[];
  readonly ejected: EjectionTold[];
  close(): Promise<void>;
}

/** The servers are called `a`, `b`, … and are the instances of `payments`, in turn. */
export async function fleet(
  behaviours: readonly Behaviour[],
  options: CallingOptions = {},
  dispatching: Partial<ServiceDispatcherOptions> = {},
  tls: TlsOptions = {},
  tracing: () => Tracing | undefined = () => undefined,
): Promise<Fleet> {
  const servers = await Promise.all(behaviours.map((behaviour, at) => strangeServer(String.fromCharCode(97 + at), behaviour)));
  const service = fakeService('payments', atPorts(...servers.map(({ port }) => port)), systemClock);
  const nobody = fakeService('nobody', [], systemClock);
  const told: TriedCall[] = [];
  const ejected: EjectionTold[] = [];
  const connections = new InstanceConnections(tls);
  const calling = new Calling(options, {
    clock: systemClock,
    random: new SeededRandom(5),
    open: (name) => (name === 'payments' ? service : nobody),
    tellTried: () => (tried) => told.push(tried),
    tellEjected: (one) => ejected.push(one),
    tellReturned: () => undefined,
    tellPanic: () => undefined,
    tracing,
    onGone: (endpoint) => connections.letGo(endpoint),
  });
  const dispatcher = new ServiceDispatcher(calling, connections, { naming: usualNaming, others: 'refuse', ...dispatching });
  async function close(): Promise<void> {
    calling.close();
    await connections.close();
    await Promise.all(servers.map((server) => server.close()));
  }
  return { servers, service, calling, dispatcher, fetch: serviceFetch(dispatcher, fetch), told, ejected, close };
}
