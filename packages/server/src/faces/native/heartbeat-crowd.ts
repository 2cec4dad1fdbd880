/**
 * Plain heartbeats, heard together: those that arrive within one turn of the loop are one call of the registrar, and
 * answered with it. Which turns a crowd of small requests into what it is, a list of numbers.
 */
import { Namespace, RollcallError, type Caller, type InstanceId, type InstanceSelector, type Registrar } from '@rollcall/core';
import type { HttpAnswer, HttpHead } from '../../shared/http-face.js';
import { nextTurn } from '../../shared/turn.js';

/** What one call takes; more are two calls. */
const CROWD_MAX = 1024;

const PATH = '/heartbeat/';

/** Ids that stand in a path as they are, and need no look at what they may be: nearly all. */
const plainId = /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,255}$/;

const heard: HttpAnswer = { status: 204, headers: ['cache-control', 'no-store'], body: null };

export interface HeartbeatCrowdOptions {
  readonly registrar: Pick<Registrar, 'heartbeats'>;
  readonly caller: Caller;
  /** The answer to one that was not heard. */
  readonly failed: (error: unknown) => HttpAnswer;
}

type Answer = (answer: HttpAnswer) => void;

export class HeartbeatCrowd {
  readonly #options: HeartbeatCrowdOptions;
  #selectors: InstanceSelector[] = [];
  #answers: Answer[] = [];

  constructor(options: HeartbeatCrowdOptions) {
    this.#options = options;
  }

  /** `false` for what is no plain heartbeat: one with a query, with a body, or with an id that has to be looked at. */
  take({ url = '', rawHeaders }: HttpHead, answer: Answer): boolean {
    if (!url.startsWith(PATH)) return false;
    const id = url.slice(PATH.length);
    if (!plainId.test(id) || mayHaveBody(rawHeaders)) return false;
    this.#selectors.push({ namespace: Namespace.default, service: null, id: id as InstanceId });
    if (this.#answers.push(answer) === 1) void this.#nextTurn();
    else if (this.#answers.length >= CROWD_MAX) void this.#hear();
    return true;
  }

  async #nextTurn(): Promise<void> {
    await nextTurn();
    await this.#hear();
  }

  async #hear(): Promise<void> {
    const [selectors, answers] = [this.#selectors, this.#answers];
    this.#selectors = [];
    this.#answers = [];
    const { registrar, caller, failed } = this.#options;
    let results: readonly (RollcallError | null)[] = [];
    try {
      results = await registrar.heartbeats(selectors, caller);
    } catch (error) {
      for (const answer of answers) answer(failed(error));
      return;
    }
    answers.forEach((answer, at) => answer(results[at] === null ? heard : failed(results[at])));
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
