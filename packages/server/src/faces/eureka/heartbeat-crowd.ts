/**
 * Plain heartbeats, heard together: those that arrive within one turn of the loop are one call of the registrar, and answered
 * with it. Whatever is not plain takes the ordinary way.
 */
import {
  InstanceId,
  mayDo,
  Namespace,
  ServiceName,
  type Caller,
  type CatalogView,
  type InstanceRef,
  type Registrar,
  type RollcallError,
} from '@rollcall/core';
import type { HttpAnswer, HttpHead, HttpRoute, ReadyAnswer } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { nextTurn } from '../../shared/turn.js';
import { FACE } from './map.js';
import { readKept } from './kept.js';
import type { Renewals } from './renewals.js';

/** What one call takes; more are two calls. */
const CROWD_MAX = 1024;

/** One application, one id that needs no decoding but for its colons, and of the query only what a client says of itself. */
const plain = /^\/+(?:eureka\/+)?(?:v\d+\/+)?apps\/+([A-Za-z0-9][A-Za-z0-9._-]*)\/+((?:[A-Za-z0-9._~:-]|%3A)+)(?:\?([A-Za-z0-9_=&]*))?$/i;

const heard: HttpAnswer = { status: 200, headers: [], body: null };
const again: HttpAnswer = { status: 404, headers: [], body: null };

export interface HeartbeatCrowdOptions {
  readonly registrar: Pick<Registrar, 'heartbeats'>;
  readonly view: Pick<CatalogView, 'instance'>;
  readonly renewals: Renewals;
  /** Which these are the answers of. */
  readonly route: HttpRoute;
  /** The answer to one that was not heard. */
  readonly failed: (error: RollcallError, head: HttpHead) => HttpAnswer;
}

interface Beat {
  readonly head: HttpHead;
  readonly ref: InstanceRef;
  readonly answer: ReadyAnswer;
  /** The registrar hears it, and still it has to register anew. */
  readonly isStranger: boolean;
}

export class HeartbeatCrowd {
  readonly #options: HeartbeatCrowdOptions;
  readonly #crowds = new Map<Caller, Beat[]>();

  constructor(options: HeartbeatCrowdOptions) {
    this.#options = options;
  }

  /** `false` for what is no plain heartbeat, or has to be looked at. */
  take(head: HttpHead, caller: Caller, answer: ReadyAnswer): boolean {
    const beat = this.#beatIn(head, caller);
    if (beat === null) return false;
    let crowd = this.#crowds.get(caller);
    if (crowd === undefined) this.#crowds.set(caller, (crowd = []));
    const count = crowd.push({ ...beat, head, answer });
    if (count === 1) void this.#nextTurn(caller, crowd);
    else if (count >= CROWD_MAX) void this.#hear(caller, crowd);
    return true;
  }

  #beatIn({ url = '', rawHeaders }: HttpHead, caller: Caller): Pick<Beat, 'ref' | 'isStranger'> | null {
    const [, app, name, query = ''] = plain.exec(url) ?? [];
    if (app === undefined || name === undefined || !isPlain(rawHeaders)) return null;
    const [service, id] = [ServiceName.parse(app), InstanceId.parse(name.replaceAll(/%3A/gi, ':'))];
    if (service === undefined || id === undefined || query.includes('overridden')) return null;
    const ref: InstanceRef = { namespace: Namespace.default, service, id };
    if (!mayDo(caller, 'write', ref)) return null;
    // Who is not in sight may be in the log, and may have to be told who it is: the ordinary way.
    const instance = this.#options.view.instance(ref, caller);
    if (instance === undefined) return null;
    const kept = instance.origin.kept?.[FACE];
    if (kept === undefined) return { ref, isStranger: false };
    // Until now another server heard it.
    if (kept.includes('"isTold":true')) return null;
    const dirty = /(?:^|&)lastDirtyTimestamp=(\d{1,15})(?:&|$)/.exec(query)?.[1];
    // Nearly always it says the time that stands there, and nothing else has to be read.
    if (!kept.includes('"status":"UNKNOWN"') && (dirty === undefined || kept.includes(`"lastDirtyMs":${dirty}`)))
      return { ref, isStranger: false };
    const known = readKept(kept);
    const isStranger = known?.status === 'UNKNOWN' || (known !== null && dirty !== undefined && Number(dirty) > known.lastDirtyMs);
    return { ref, isStranger };
  }

  async #nextTurn(caller: Caller, crowd: Beat[]): Promise<void> {
    await nextTurn();
    if (this.#crowds.get(caller) === crowd) await this.#hear(caller, crowd);
  }

  async #hear(caller: Caller, crowd: readonly Beat[]): Promise<void> {
    this.#crowds.delete(caller);
    const { registrar, failed, route, renewals } = this.#options;
    const results = await this.#results(registrar, crowd, caller);
    crowd.forEach(({ answer, head, isStranger }, at) => {
      const error = results[at] ?? null;
      if (error === null) renewals.count();
      answer(error === null ? (isStranger ? again : heard) : failed(error, head), route);
    });
  }

  async #results(
    registrar: Pick<Registrar, 'heartbeats'>,
    crowd: readonly Beat[],
    caller: Caller,
  ): Promise<readonly (RollcallError | null)[]> {
    try {
      return await registrar.heartbeats(
        crowd.map(({ ref }) => ref),
        caller,
      );
    } catch (error) {
      return crowd.map(() => error as RollcallError);
    }
  }
}

/** No body, no credentials that choose something, and nobody else's server. */
function isPlain(rawHeaders: readonly string[]): boolean {
  if ((headerIn(rawHeaders, 'content-length') ?? '0') !== '0' || headerIn(rawHeaders, 'transfer-encoding') !== undefined) return false;
  return headerIn(rawHeaders, 'authorization') === undefined && headerIn(rawHeaders, 'x-netflix-discovery-replication') === undefined;
}
