/**
 * Plain heartbeats, heard together: those that arrive within one turn of the loop are one call of the registrar, and
 * answered with it. Which turns a crowd of small requests into what it is, a list of numbers.
 */
import {
  mayDo,
  Namespace,
  RollcallError,
  type Caller,
  type CatalogView,
  type InstanceId,
  type InstanceSelector,
  type Registrar,
} from '@rollcall/core';
import type { HttpAnswer, HttpHead, HttpRoute, ReadyAnswer } from '../../shared/http-face.js';
import { nextTurn } from '../../shared/turn.js';

/** What one call takes; more are two calls. */
const CROWD_MAX = 1024;

const PATH = '/heartbeat/';

/** Ids that stand in a path as they are, and need no look at what they may be: nearly all. */
const plainId = /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,255}$/;

const heard: HttpAnswer = { status: 204, headers: ['cache-control', 'no-store'], body: null };

export interface HeartbeatCrowdOptions {
  readonly registrar: Pick<Registrar, 'heartbeats'>;
  readonly view: Pick<CatalogView, 'instancesById'>;
  /** Which these are the answers of. */
  readonly route: HttpRoute;
  /** The answer to one that was not heard. */
  readonly failed: (error: unknown) => HttpAnswer;
}

/** Of one caller. */
interface Crowd {
  readonly selectors: InstanceSelector[];
  readonly answers: ReadyAnswer[];
}

export class HeartbeatCrowd {
  readonly #options: HeartbeatCrowdOptions;
  readonly #crowds = new Map<Caller, Crowd>();

  constructor(options: HeartbeatCrowdOptions) {
    this.#options = options;
  }

  /** `false` for what is no plain heartbeat: one with a query, with a body, with an id that has to be looked at, or one to refuse. */
  take({ url = '', rawHeaders }: HttpHead, caller: Caller, answer: ReadyAnswer): boolean {
    if (!url.startsWith(PATH)) return false;
    const id = url.slice(PATH.length);
    if (!plainId.test(id) || mayHaveBody(rawHeaders)) return false;
    if (!caller.may.write.isEverything && !this.#mayBeat(id as InstanceId, caller)) return false;
    let crowd = this.#crowds.get(caller);
    if (crowd === undefined) this.#crowds.set(caller, (crowd = { selectors: [], answers: [] }));
    crowd.selectors.push({ namespace: Namespace.default, service: null, id: id as InstanceId });
    if (crowd.answers.push(answer) === 1) void this.#nextTurn(caller, crowd);
    else if (crowd.answers.length >= CROWD_MAX) void this.#hear(caller, crowd);
    return true;
  }

  /** The registrar judges too. But who is refused should be known by its address, and that is asked on the ordinary way. */
  #mayBeat(id: InstanceId, caller: Caller): boolean {
    const namespace = Namespace.default;
    const found = this.#options.view.instancesById(namespace, id, caller);
    return found.length > 0 && found.every((one) => mayDo(caller, 'write', one));
  }

  async #nextTurn(caller: Caller, crowd: Crowd): Promise<void> {
    await nextTurn();
    if (this.#crowds.get(caller) === crowd) await this.#hear(caller, crowd);
  }

  async #hear(caller: Caller, { selectors, answers }: Crowd): Promise<void> {
    this.#crowds.delete(caller);
    const { registrar, failed, route } = this.#options;
    let results: readonly (RollcallError | null)[] = [];
    try {
      results = await registrar.heartbeats(selectors, caller);
    } catch (error) {
      for (const answer of answers) answer(failed(error), route);
      return;
    }
    answers.forEach((answer, at) => answer(results[at] === null ? heard : failed(results[at]), route));
  }
}

/** Also one of no bytes is looked at the ordinary way, unless its length says so. */
function mayHaveBody(rawHeaders: readonly string[]): boolean {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 14 && name.toLowerCase() === 'content-length' && rawHeaders[at + 1] !== '0') return true;
    if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') return true;
  }
  return false;
}
