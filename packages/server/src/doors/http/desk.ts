/**
 * From a request to its answer: a request passes the host check, is answered at once if its face has the answer lying ready, and
 * otherwise takes its route.
 */
import {
  demandRightSomewhere,
  isRollcallError,
  RollcallError,
  type AccessControl,
  type Caller,
  type Lane,
  type Load,
  type Meter,
  type Random,
} from '@rollcall/core';
import type { HttpAnswer, HttpFace, HttpHead, HttpLater, HttpReply, HttpRequest, HttpRoute, ReadyAnswer } from '../../shared/http-face.js';
import { Admission } from '../../shared/admission.js';
import { Callers } from './callers.js';
import type { Exchange } from './exchange.js';
import type { Gate } from './gate.js';
import { BODY_BYTES_MAX } from './limits.js';
import { Asked } from './asked.js';
import { parseQuery } from './query.js';
import { RouteTable, type Found } from './routes.js';
import { Tally, type Count } from './tally.js';

export interface DeskOptions {
  /** One of them has no prefix. */
  readonly faces: readonly HttpFace[];
  /** Who may do what. */
  readonly access: AccessControl;
  /** Told of whom was refused because of what it may not. Left out: nobody is. */
  readonly refused?: ((error: RollcallError, refused: Refused) => void) | undefined;
  /** Asked for every request: must be cheap. */
  readonly load: () => Load;
  readonly random: Random;
  readonly meter: Meter;
}

/** The call that was refused, without its query: there may be a secret in it. */
export interface Refused {
  readonly from: string;
  readonly face: string;
  readonly operation: string;
}

interface FaceRoute extends HttpRoute {
  readonly face: HttpFace;
  readonly count: Count;
}

const NOTHING: Buffer = Buffer.alloc(0);
const NO_HEAD: HttpHead = Object.freeze({ headers: {}, rawHeaders: [] });
/** As much of a path as is told of. */
const OPERATION_CHARACTERS_MAX = 200;
const NO_QUERY: HttpRequest['query'] = Object.freeze({});

export class Desk {
  readonly #options: DeskOptions;
  readonly #gate: Gate;
  readonly #admission: Admission;
  readonly #callers: Callers;
  readonly #tally: Tally;
  readonly #routes: RouteTable<FaceRoute>;
  /** The longest prefix first. */
  readonly #faces: readonly HttpFace[];
  #draining = false;

  constructor(options: DeskOptions, gate: Gate) {
    this.#options = options;
    this.#gate = gate;
    this.#admission = new Admission(options);
    this.#callers = new Callers(options.access);
    this.#tally = new Tally(
      options.faces.flatMap(({ routes }) => routes),
      options.meter,
    );
    const routes = options.faces.flatMap((face) => face.routes.map((route) => ({ ...route, face, count: this.#tally.of(route) })));
    this.#routes = new RouteTable(routes);
    this.#faces = options.faces.toSorted((one, other) => other.prefix.length - one.prefix.length);
  }

  /** From now on every answer says that its connection ends with it. */
  drain(): void {
    this.#draining = true;
  }

  close(): void {
    this.#callers.close();
  }

  take(exchange: Exchange): void {
    const refused = this.#gate.refusal(exchange);
    if (refused !== null) return this.fail(refused, exchange);
    // Whatever the load: to refuse it would cost as much.
    if (this.#ready(exchange)) return;
    try {
      const preflight = this.#gate.preflight(exchange.head);
      if (preflight === null) this.#route(exchange);
      else this.#send(preflight, exchange, this.#tally.none);
    } catch (error) {
      this.fail(error, exchange);
    }
  }

  fail(error: unknown, exchange: Exchange, route: FaceRoute | null = null): void {
    if (exchange.isBegun) return exchange.destroy();
    const { head, from } = exchange;
    const face = route?.face ?? this.#faceOf(head);
    const answer = face.failed(error, head);
    if (isRollcallError(error, 'unauthenticated') || isRollcallError(error, 'forbidden')) {
      const { method = '', url = '' } = head;
      const operation = `${method} ${url.split('?', 1)[0]?.slice(0, OPERATION_CHARACTERS_MAX) ?? ''}`;
      this.#options.refused?.(error, { from, face: face.name, operation });
    }
    (route?.count ?? this.#tally.none)(answer.status);
    // What is left of a long body is not waited for.
    exchange.send(answer, this.#draining || !exchange.isNearlyWhole);
  }

  /** To whoever sent what has no head that could be read. */
  refuseNonsense(error: RollcallError): HttpAnswer {
    const answer = this.#faceOf(NO_HEAD).failed(error, NO_HEAD);
    this.#tally.none(answer.status);
    return answer;
  }

  #ready(exchange: Exchange): boolean {
    const { head } = exchange;
    const face = this.#faceOf(head);
    if (face.ready === undefined) return false;
    const caller = this.#callers.hastily(exchange, face);
    if (caller === null) return false;
    const answer: ReadyAnswer = (answer, route) => {
      this.#tally.of(route)(answer.status);
      exchange.send(answer, this.#draining);
    };
    return face.ready(head, caller, answer);
  }

  #route(exchange: Exchange): void {
    const { head } = exchange;
    const { url = '' } = head;
    const queryAt = url.indexOf('?');
    const path = queryAt < 0 ? url : url.slice(0, queryAt);
    const { route, parameters } = this.#find(head, path);
    const lane = laneOf(route, head);
    const shed = lane === null ? null : this.#admission.refusal(lane);
    if (shed !== null) return this.fail(shed, exchange, route);
    const caller = this.#callerFor(route, exchange);
    const query = queryAt < 0 ? NO_QUERY : parseQuery(url.slice(queryAt + 1));
    if (!exchange.hasBody) return this.#answer(route, new Asked(head, parameters, query, NOTHING, caller), exchange);
    const body = this.#bodyOf(route, exchange);
    if (body === null) return;
    if (!(body instanceof Promise)) return this.#answer(route, new Asked(head, parameters, query, body, caller), exchange);
    body
      // Whoever sends slowly may have lost a right meanwhile.
      .then((late) => new Asked(head, parameters, query, late, this.#callerFor(route, exchange)))
      .then((asked) => this.#answer(route, asked, exchange))
      .catch((error: unknown) => this.fail(error, exchange, route));
  }

  /** `null`: it was refused. */
  #bodyOf(route: FaceRoute, exchange: Exchange): Buffer | Promise<Buffer> | null {
    try {
      return exchange.readBody(route.bodyBytesMax ?? BODY_BYTES_MAX);
    } catch (error) {
      this.fail(error, exchange, route);
      return null;
    }
  }

  /** Who has the right nowhere is told so before its body is read. What the call is about, others judge. */
  #callerFor({ face, right }: FaceRoute, exchange: Exchange): Caller {
    if (right === 'none') return this.#callers.anybody(exchange, face);
    const caller = this.#callers.of(exchange, face);
    demandRightSomewhere(caller, right);
    return caller;
  }

  /** HEAD is answered as GET, and the body is left out; unless its face has it otherwise. */
  #find({ method = 'GET' }: HttpHead, path: string): Found<FaceRoute> {
    const found = this.#routes.find(method === 'HEAD' ? 'GET' : method, path);
    if (found === null || (method === 'HEAD' && found.route.face.headIsGet === false))
      throw new RollcallError('unknown-route', `There is nothing at ${method} ${path.slice(0, 200)}.`);
    return found;
  }

  #answer(route: FaceRoute, asked: HttpRequest, exchange: Exchange): void {
    try {
      const reply = route.handle(asked);
      if (reply instanceof Promise) this.#answerLater(route, asked.caller, exchange, reply);
      else this.#reply(route, asked.caller, exchange, reply);
    } catch (error) {
      this.fail(error, exchange, route);
    }
  }

  #answerLater(route: FaceRoute, caller: Caller, exchange: Exchange, reply: Promise<HttpReply>): void {
    reply.then((found) => this.#reply(route, caller, exchange, found)).catch((error: unknown) => this.fail(error, exchange, route));
  }

  #reply(route: FaceRoute, caller: Caller, exchange: Exchange, reply: HttpReply): void {
    if ('start' in reply || 'open' in reply) this.#callers.hold(exchange, route.face, caller);
    this.#send(reply, exchange, route.count);
  }

  #send(reply: HttpReply, exchange: Exchange, count: Count): void {
    if ('start' in reply) return this.#wait(reply, exchange, count);
    count(reply.status);
    if ('open' in reply) exchange.stream(reply);
    else exchange.send(reply, this.#draining);
  }

  /** What waits holds as little as can be: there are tens of thousands. */
  #wait({ start }: HttpLater, exchange: Exchange, count: Count): void {
    let answered = false;
    const cancel = start((answer) => {
      answered = true;
      count(answer.status);
      exchange.send(answer, this.#draining);
    });
    if (answered) return;
    exchange.onClose(() => {
      if (!answered) cancel();
    });
  }

  #faceOf({ url = '' }: HttpHead): HttpFace {
    return this.#faces.find(({ prefix }) => url.startsWith(prefix)) as HttpFace;
  }
}

function laneOf({ lane = 'read' }: HttpRoute, head: HttpHead): Lane | null {
  return typeof lane === 'function' ? lane(head) : lane;
}
