/**
 * A replica's way to a full node: it stays with one of them as long as that one answers. Where nothing happened another one is
 * tried; where the answer was lost, only what may be said twice.
 */
import { isObject, isRollcallError, RollcallError, type ErrorCode, type NodeName, type Random } from '@rollcall/core';
import { peerPaths, readError } from '../shared/peer-protocol.js';
import type { RegistrarCall } from '../shared/registrar-calls.js';
import { PeerFailure } from './peer-failure.js';
import type { Peer } from './peer.js';

export interface RemoteCallsOptions {
  /** The full nodes that answer at present. */
  readonly peers: { reached(): readonly Peer[] };
  readonly random: Random;
}

export type CallResult = { readonly answer: unknown } | { readonly error: RollcallError };

/** A registrar waits five seconds for the log, and as long for its view. */
const WRITE_WITHIN_MS = 12_000;

/** Whoever beats comes again soon. */
const BEAT_WITHIN_MS = 6000;

/** Who is refused by so many is refused. */
const NODES_TRIED_MAX = 3;

/** What one node says of itself, and another one might not. All of them mean that nothing happened. */
const passing: ReadonlySet<ErrorCode> = new Set(['store-unavailable', 'store-closed', 'not-ready', 'overloaded']);

export class RemoteCalls {
  readonly #options: RemoteCallsOptions;
  #current: NodeName | null = null;

  constructor(options: RemoteCallsOptions) {
    this.#options = options;
  }

  /** A result for each, in order. `isRepeatable`: to say it twice does no harm, and to ask the log whether it was said is worse. */
  async perform(calls: readonly RegistrarCall[], isRepeatable: boolean): Promise<readonly CallResult[]> {
    const results: CallResult[] = calls.map(() => ({ error: unavailable('none answers') }));
    let pending = calls.map((_, at) => at);
    const tried = new Set<NodeName>();
    while (pending.length > 0 && tried.size < NODES_TRIED_MAX) {
      const peer = this.#choose(tried);
      if (peer === undefined) break;
      tried.add(peer.node.name);
      const some = pending.map((at) => calls[at] as RegistrarCall);
      const answers = await this.#send(peer, some, isRepeatable);
      pending.forEach((at, index) => (results[at] = answers[index] as CallResult));
      pending = pending.filter((at) => mayTryAnother(results[at] as CallResult, isRepeatable));
      if (pending.length > 0 && this.#current === peer.node.name) this.#current = null;
    }
    return results;
  }

  async #send(peer: Peer, calls: readonly RegistrarCall[], isRepeatable: boolean): Promise<readonly CallResult[]> {
    const withinMs = isRepeatable ? BEAT_WITHIN_MS : WRITE_WITHIN_MS;
    try {
      return readResults(await peer.ask('call', { path: peerPaths.calls, body: JSON.stringify({ calls }), withinMs }), calls.length);
    } catch (error) {
      const refused = { error: refusalOf(error) };
      return calls.map(() => refused);
    }
  }

  /** The same one as before, or any: so replicas spread over the full nodes. */
  #choose(tried: ReadonlySet<NodeName>): Peer | undefined {
    const { peers, random } = this.#options;
    const able = peers.reached().filter(({ node }) => !node.leaving && !tried.has(node.name));
    const chosen = able.find(({ node }) => node.name === this.#current) ?? able[Math.floor(random.number() * able.length)];
    this.#current = chosen?.node.name ?? null;
    return chosen;
  }
}

function mayTryAnother(result: CallResult, isRepeatable: boolean): boolean {
  if (!('error' in result)) return false;
  return passing.has(result.error.code) || (isRepeatable && result.error.code === 'outcome-unknown' && isLost(result.error));
}

/** The answer was lost on the way; the registrar over there has not said that it does not know. */
function isLost(error: RollcallError): boolean {
  return error.cause instanceof PeerFailure;
}

function refusalOf(error: unknown): RollcallError {
  if (!(error instanceof PeerFailure)) return isRollcallError(error) ? error : unknown(error);
  if (error.refusal?.code === 'payload-too-large') return error.refusal;
  return error.kind === 'lost' ? unknown(error) : unavailable(error.message, error);
}

function unavailable(reason: string, cause?: unknown): RollcallError {
  return new RollcallError('store-unavailable', `This is a replica, and no full node can be asked: ${reason}. Try again.`, {}, { cause });
}

function unknown(cause: unknown): RollcallError {
  return new RollcallError(
    'outcome-unknown',
    'The full node’s answer was lost: the write may have happened. Asking again is safe.',
    {},
    { cause },
  );
}

/** Throws for what is no answer to so many calls. */
function readResults(body: unknown, count: number): readonly CallResult[] {
  const results = isObject(body) ? body['results'] : null;
  if (!Array.isArray(results) || results.length !== count) throw new PeerFailure('lost', 'the answer is none to what was asked');
  return results.map((result) => {
    if (isObject(result) && 'answer' in result) return { answer: result['answer'] };
    return { error: readError(isObject(result) ? result['error'] : null) };
  });
}
