/** What a node answers to another: one request in, one text out. No socket in sight. */
import { RollcallError, type Colleague, type ErrorCode, type LiveNode, type Look, type Registrar } from '@rollcall/core';
import { parseJsonBody } from '../../shared/json-body.js';
import type { NodeReport } from '../../shared/node-report.js';
import {
  agesAnswer,
  errorOnWire,
  lifeOf,
  looksAnswer,
  PEER_PROTOCOL,
  peerPaths,
  readBeats,
  readLooksAsked,
  readNames,
} from '../../shared/peer-protocol.js';
import { performCall, readCalls } from '../../shared/registrar-calls.js';

export interface PeerHouse {
  /** This node as the others know it; `null` while it is no member. */
  readonly self: () => LiveNode | null;
  readonly colleague: Colleague;
  /** What replicas call. It trusts who calls: what they may do was judged there. */
  readonly registrar: Registrar;
  /** What checks are found to be from here, for a node that hears nobody. */
  readonly look: (keys: readonly string[]) => Promise<readonly Look[]>;
  readonly report: () => NodeReport;
}

export interface PeerRequest {
  readonly method: string;
  readonly path: string;
  /** The version of the protocol, as it was said. */
  readonly protocol: string | undefined;
  /** The name of who asks. */
  readonly from: string | undefined;
  /** Which life of which node is meant. */
  readonly to: string | undefined;
  readonly body: string;
}

/** What was asked, for the meters. */
export const peerRoutes = ['beats', 'ages', 'looks', 'calls', 'node', 'unknown'] as const;

export type PeerRoute = (typeof peerRoutes)[number];

/** Of a name, for the log and the audit. */
const NAME_CHARACTERS_MAX = 63;

export class PeerHandler {
  readonly #house: PeerHouse;

  constructor(house: PeerHouse) {
    this.#house = house;
  }

  /** Known from the head alone, so that nobody's body is read for nothing. Throws why it is refused. */
  admit({ method, path, protocol, to }: Omit<PeerRequest, 'body'>): Exclude<PeerRoute, 'unknown'> {
    checkProtocol(protocol);
    const route = routeOf(method, path);
    if (route === 'unknown') throw new RollcallError('unknown-route', `There is nothing for peers at ${method} ${path.slice(0, 100)}.`);
    if (route !== 'node') this.#checkLife(to);
    return route;
  }

  /** A text of JSON. Throws why it is refused. */
  answer(request: PeerRequest): Promise<string> | string {
    const { colleague, look, report } = this.#house;
    switch (this.admit(request)) {
      case 'beats':
        colleague.take(readBeats(parseJsonBody(request.body)));
        return '{}';
      case 'ages':
        return agesAnswer(colleague.ages(readNames(parseJsonBody(request.body))));
      case 'looks':
        return look(readLooksAsked(parseJsonBody(request.body))).then(looksAnswer);
      case 'calls':
        return this.#calls(request);
      case 'node':
        return JSON.stringify(report());
    }
  }

  /** Each has an answer of its own, in order. */
  async #calls({ body, from = '' }: PeerRequest): Promise<string> {
    const { registrar } = this.#house;
    const via = from.slice(0, NAME_CHARACTERS_MAX);
    const results = readCalls(parseJsonBody(body)).map(async (call) => {
      try {
        return { answer: (await performCall(registrar, call, via)) ?? null };
      } catch (error) {
        return { error: errorOnWire(error) };
      }
    });
    return JSON.stringify({ results: await Promise.all(results) });
  }

  /** Whoever means another life of this node, or another node, must not take what this one knows for an answer. */
  #checkLife(to: string | undefined): void {
    const self = this.#house.self();
    if (self !== null && to === lifeOf(self)) return;
    const who = self === null ? 'a node that is no member of its cluster at present' : lifeOf(self);
    throw new RollcallError('not-ready', `This is ${who}, and ${to === undefined ? 'nobody' : to.slice(0, 100)} is meant.`, {
      otherLife: true,
    });
  }
}

/** `GET` for what changes nothing and has no body. */
export function routeOf(method: string, path: string): PeerRoute {
  if (path === peerPaths.node) return method === 'GET' ? 'node' : 'unknown';
  if (method !== 'POST') return 'unknown';
  if (path === peerPaths.beats) return 'beats';
  if (path === peerPaths.ages) return 'ages';
  if (path === peerPaths.looks) return 'looks';
  return path === peerPaths.calls ? 'calls' : 'unknown';
}

function checkProtocol(said: string | undefined): void {
  const version = Number(said);
  const { min, max } = PEER_PROTOCOL;
  if (Number.isInteger(version) && version >= min && version <= max) return;
  const known = min === max ? `version ${min}` : `versions ${min} to ${max}`;
  const came = said === undefined ? 'none was named' : `${said.slice(0, 20)} was named`;
  throw new RollcallError('invalid-request', `This node speaks ${known} of the protocol between nodes; ${came}.`, {
    protocol: { min, max },
  });
}

/** What no peer is ever refused with is a fault. */
export function statusOf({ code }: RollcallError): number {
  return statuses[code] ?? 500;
}

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  'invalid-request': 400,
  'host-not-allowed': 403,
  'unknown-route': 404,
  'payload-too-large': 413,
  'not-ready': 503,
  'overloaded': 503,
};
