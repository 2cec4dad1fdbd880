/** A request of `node:http` to a service: its tries are connections, made until one stands; what is spoken over it is the program's. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../ports.js';
import type { Attempt } from './attempt.js';
import { instanceOrigin, type WantedPort } from './instance-origin.js';
import type { ServiceCaller } from './service-caller.js';
import type { BegunServiceCall } from './service-caller.js';
import type { WayIn } from './service-call.js';
import { tryFailure } from './try-failure.js';

/** What an agent does for a call. */
export interface AgentHands {
  /** Hands the request a kept connection there, if there is one that is free. */
  reuse(request: ClientRequest, host: string, port: number): boolean;
  /** Hands it a connection that stands. */
  hand(request: ClientRequest, host: string, port: number, socket: Socket): void;
  connect(host: string, port: number): Socket;
}

/**
 * Only what was not sent is tried again: by then Node has written the request, and has no copy of it. So it counts as one that must
 * not be repeated, whatever its method.
 */
export class AgentCall implements WayIn {
  readonly method: string;
  readonly isIdempotent = false;
  readonly isReplayable = (): boolean => true;
  readonly #request: ClientRequest;
  readonly #wanted: WantedPort;
  readonly #hands: AgentHands;
  readonly #clock: Clock;
  readonly #connectMs: number;
  #call: BegunServiceCall | undefined;
  #isHanded = false;
  #isGivenUp = false;

  constructor(
    request: ClientRequest,
    wanted: WantedPort,
    hands: AgentHands,
    { clock, connectMs }: { readonly clock: Clock; readonly connectMs: number },
  ) {
    this.method = request.method;
    this.#request = request;
    this.#wanted = wanted;
    this.#hands = hands;
    this.#clock = clock;
    this.#connectMs = connectMs;
  }

  start(caller: ServiceCaller): void {
    this.#hearDestroy();
    this.#call = caller.callService({}, this);
    if (this.#isGivenUp) this.#call.abort(givenUp());
  }

  begin(attempt: Attempt): void {
    const origin = instanceOrigin(attempt.endpoint.instance, this.#wanted);
    if (origin === undefined) {
      const error = Object.assign(new Error(`${attempt.endpoint.id} has no such port, or no host`), { code: 'NO_SUCH_PORT' });
      return attempt.failed({ kind: 'refused', fault: 'here', error });
    }
    const { hostname, port: written, protocol } = new URL(origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    const port = Number(written === '' ? (protocol === 'https:' ? 443 : 80) : written);
    this.#addHeaders(attempt);
    if (this.#hands.reuse(this.#request, host, port)) this.#follow(attempt);
    else this.#connect(attempt, host, port);
  }

  failed(error: Error): void {
    // Once it has a connection, Node itself says what becomes of it.
    if (!this.#isHanded) withoutSocket(this.#request, error);
  }

  /** Node says the same of a request that the program gives up and of one whose connection broke; here they are not the same. */
  #hearDestroy(): void {
    const request = this.#request;
    const { destroy } = request;
    request.destroy = (error?: Error) => {
      request.destroy = destroy;
      this.#isGivenUp = true;
      const isTooLate = error?.name === 'TimeoutError' || (error as { readonly code?: unknown } | undefined)?.code === 'TRY_TIMEOUT';
      this.#call?.abort(isTooLate && error !== undefined ? error : givenUp());
      destroy.call(request, error);
      if (!this.#isHanded) withoutSocket(request, error);
      return request;
    };
  }

  #connect(attempt: Attempt, host: string, port: number): void {
    const socket = this.#hands.connect(host, port);
    const settle = (): void => {
      socket.removeListener('error', broke);
      cancelTimer();
    };
    const broke = (error: Error): void => {
      settle();
      socket.destroy();
      attempt.failed(tryFailure(error, false));
    };
    const tooLate = (): void => broke(Object.assign(new Error('no connection came about'), { code: 'ETIMEDOUT' }));
    const cancelTimer = this.#clock.after(this.#connectMs, tooLate);
    socket.once('error', broke);
    attempt.onCancel = () => {
      settle();
      socket.on('error', () => undefined).destroy();
    };
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      if (attempt.state !== 'open') return;
      settle();
      this.#hands.hand(this.#request, host, port, socket);
      this.#follow(attempt);
    });
  }

  /** From here on it is a request as any other; what becomes of it is told. */
  #follow(attempt: Attempt): void {
    const request = this.#request;
    this.#isHanded = true;
    attempt.sent();
    attempt.onCancel = (reason) => void request.destroy(reason);
    request.once('response', (response: IncomingMessage) => {
      if (!attempt.answered(response.statusCode ?? 0, response.headers['retry-after'])) return;
      response.once('close', () => {
        if (response.complete) attempt.finished();
        else attempt.failed(tryFailure(response.errored ?? new Error('the answer was not read to its end'), true));
      });
    });
    request.once('upgrade', (response: IncomingMessage, socket: Socket) => {
      if (attempt.answered(response.statusCode ?? 0)) socket.once('close', () => attempt.finished());
    });
    request.once('error', (error) => attempt.failed(tryFailure(error, true)));
  }

  #addHeaders({ headers }: Attempt): void {
    if (headers === undefined || this.#request.headersSent) return;
    for (const [name, value] of Object.entries(headers)) this.#request.setHeader(name, value);
  }
}

/** What an agent of Node tells a request that has to do without a connection; it is not in the documentation. */
export function withoutSocket(request: ClientRequest, error: Error | undefined): void {
  (request as unknown as { onSocket(socket: undefined, error: Error | undefined): void }).onSocket(undefined, error);
}

function givenUp(): Error {
  return new Error('the request was given up');
}
