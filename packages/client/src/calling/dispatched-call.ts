/** A request to a service as undici's dispatchers are given it, made into tries. */
import type { Dispatcher } from 'undici';
import { answerTaker, type AnswerTaker } from './answer-taker.js';
import type { Attempt } from './attempt.js';
import type { CallRules, CallWishes } from './call-rules.js';
import { DispatchTry } from './dispatch-try.js';
import type { InstanceConnections } from './instance-connections.js';
import type { WantedPort } from './instance-origin.js';
import type { Clock } from '../ports.js';
import { RequestBody } from './request-body.js';
import { isIdempotent } from './retry-rules.js';
import { hasHeader, withHeader, withHeaders, type SentHeaders } from './sent-headers.js';
import type { ServiceAddress } from './service-address.js';
import type { BegunServiceCall, ServiceCaller } from './service-caller.js';
import type { WayIn } from './service-call.js';

type Options = Dispatcher.DispatchOptions;

export interface DispatchSurroundings {
  readonly clock: Clock;
  readonly connections: InstanceConnections;
}

export class DispatchedCall implements WayIn {
  readonly method: string;
  readonly isIdempotent: boolean;
  readonly #options: Options;
  readonly #taker: AnswerTaker;
  readonly #rules: CallRules;
  readonly #wanted: WantedPort;
  readonly #body: RequestBody;
  readonly #headers: SentHeaders;
  readonly #surroundings: DispatchSurroundings;
  #call: BegunServiceCall | undefined;
  #isOver = false;

  constructor(
    options: Options,
    handler: Dispatcher.DispatchHandler,
    wishes: CallWishes,
    {
      address,
      rules,
      surroundings,
    }: { readonly address: ServiceAddress; readonly rules: CallRules; readonly surroundings: DispatchSurroundings },
  ) {
    this.#options = options;
    this.#taker = answerTaker(handler);
    this.#rules = rules;
    this.#surroundings = surroundings;
    this.#wanted = { scheme: address.scheme, port: wishes.port ?? address.port };
    this.#body = new RequestBody(options.body, rules.replayBytesMax);
    this.method = options.method;
    const { headers } = options;
    this.isIdempotent = wishes.idempotent ?? (isIdempotent(options.method, false) || hasHeader(headers, 'idempotency-key'));
    const saysHost = rules.hostHeader === 'service' && !hasHeader(headers, 'host');
    this.#headers = saysHost ? withHeader(headers, 'host', address.authority) : headers;
  }

  readonly isReplayable = (): boolean => this.#body.isReplayable;

  start(caller: ServiceCaller, wishes: CallWishes): void {
    this.#taker.onConnect?.((reason) => this.#abort(reason ?? new DOMException('This operation was aborted', 'AbortError')));
    // Whoever asked may have given up already.
    if (this.#isOver) return;
    const call = caller.callService(wishes, this);
    if (this.#isOver) call.abort(this.#reason ?? new Error('given up'));
    else this.#call = call;
  }

  begin(attempt: Attempt): void {
    const { endpoint, headers } = attempt;
    const { clock, connections } = this.#surroundings;
    const pool = connections.to(endpoint, this.#wanted, this.#rules);
    if (pool === undefined) return attempt.failed({ kind: 'refused', fault: 'here', error: noSuchPort(endpoint.id, this.#wanted) });
    const sent = headers === undefined ? this.#headers : withHeaders(this.#headers, headers);
    const { path, query, method, upgrade, reset, expectContinue, bodyTimeout } = this.#options;
    const options = {
      path,
      method,
      headers: sent as Options['headers'],
      body: this.#body.forTry() as Options['body'],
      ...(query === undefined ? {} : { query }),
      ...(upgrade === undefined ? {} : { upgrade }),
      ...(reset === undefined ? {} : { reset }),
      ...(expectContinue === undefined ? {} : { expectContinue }),
      ...(typeof bodyTimeout === 'number' ? { bodyTimeout } : {}),
    };
    const oneTry = new DispatchTry(attempt, this.#taker, clock, () => this.#body.sourceError);
    pool.dispatch(options as Options, oneTry as Dispatcher.DispatchHandler);
  }

  failed(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#body.release();
    this.#taker.onError?.(error);
  }

  #reason: Error | undefined;

  /** Where an answer was taken, its own try passes the reason on. */
  #abort(reason: Error): void {
    if (this.#isOver) return;
    this.#reason = reason;
    const hadAnswer = this.#call?.hasAnswer === true;
    this.#isOver = true;
    this.#call?.abort(reason);
    this.#body.release();
    if (!hadAnswer) this.#taker.onError?.(reason);
  }
}

function noSuchPort(id: string, { scheme, port }: WantedPort): Error {
  const which = port === undefined ? `no port for ${scheme}` : `no port ${port}`;
  return Object.assign(new Error(`${id} has ${which}, or no host`), { code: 'NO_SUCH_PORT' });
}

/** Told where there is nobody to call. */
export function refuse(handler: Dispatcher.DispatchHandler, error: Error): void {
  const taker = answerTaker(handler);
  let isAborted = false;
  taker.onConnect?.(() => void (isAborted = true));
  if (!isAborted) taker.onError?.(error);
}
