/** Instances and nodes as pieces of JSON: what a service's row of `/v1/health/service` is put together from. */
import type { Instance } from '@rollcall/core';
import { KeptPieces } from '../../../shared/kept-pieces.js';
import type { ConsulNode } from '../catalog/nodes.js';
import { nodeNameOf } from '../catalog/nodes.js';
import { nodeChecks, serviceChecks, worstOf, type CheckStatus } from './checks.js';
import { nodeRow } from './node.js';
import { nodeService } from './service.js';
import type { Terms } from './terms.js';

/** The rows without their brackets, so that they can be put beside others. */
interface Piece {
  readonly own: string;
  readonly checks: string;
  readonly worst: CheckStatus;
}

/** Of what answers may take: for someone who asks everything once, the pieces of yesterday are no use. */
const SHARE = 0.25;

export class Pieces {
  readonly #instances: KeptPieces<Instance, Piece>;
  readonly #nodes: KeptPieces<ConsulNode, Piece>;

  constructor(answersBytesMax: number, terms: Terms) {
    const instancePiece = (instance: Instance): Piece =>
      pieceOf(nodeService(instance, terms), serviceChecks(instance, { name: nodeNameOf(instance) }, terms));
    const nodePiece = (node: ConsulNode): Piece => pieceOf(nodeRow(node, terms), nodeChecks(node, terms));
    this.#instances = new KeptPieces((answersBytesMax * SHARE * 3) / 4, instancePiece, bytesOf);
    this.#nodes = new KeptPieces((answersBytesMax * SHARE) / 4, nodePiece, bytesOf);
  }

  /** All of its checks pass, and those of its node. */
  isPassing(instance: Instance, node: ConsulNode): boolean {
    return this.#instances.of(instance).worst === 'passing' && this.#nodes.of(node).worst === 'passing';
  }

  /** One row of `/v1/health/service`. */
  row(instance: Instance, node: ConsulNode): string {
    const [service, place] = [this.#instances.of(instance), this.#nodes.of(node)];
    const between = place.checks !== '' && service.checks !== '' ? ',' : '';
    return `{"Node":${place.own},"Service":${service.own},"Checks":[${place.checks}${between}${service.checks}]}`;
  }
}

function pieceOf(own: object, checks: ReturnType<typeof serviceChecks>): Piece {
  return { own: JSON.stringify(own), checks: checks.map((check) => JSON.stringify(check)).join(','), worst: worstOf(checks) };
}

function bytesOf({ own, checks }: Piece): number {
  return own.length + checks.length;
}
