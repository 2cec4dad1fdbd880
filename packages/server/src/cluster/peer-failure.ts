/** Why another node could not be asked, and whether it may have done what it was asked for. */
import type { RollcallError } from '@rollcall/core';

/**
 * `unreached`: nothing was sent. `lost`: it was, and no answer came. `refused`: the door would not take it, and nothing
 * happened.
 */
export type FailureKind = 'unreached' | 'lost' | 'refused';

export class PeerFailure extends Error {
  override readonly name = 'PeerFailure';
  readonly kind: FailureKind;
  /** The two do not know each other: another secret, a certificate that is not believed, no TLS. */
  readonly isDistrust: boolean;
  /** What the door said. */
  readonly refusal: RollcallError | null;

  constructor(
    kind: FailureKind,
    reason: string,
    { isDistrust = false, refusal = null, cause }: { isDistrust?: boolean; refusal?: RollcallError | null; cause?: unknown } = {},
  ) {
    super(reason, { cause });
    this.kind = kind;
    this.isDistrust = isDistrust;
    this.refusal = refusal;
  }

  /** At that address is another life of the node, or none: nobody there knows what this one heard. */
  get isOtherLife(): boolean {
    return this.refusal?.details['otherLife'] === true;
  }
}

/** Of a reason that nobody knew beforehand. */
const REASON_CHARACTERS_MAX = 200;

/** What the network says of a way that leads nowhere. Whatever else ends a handshake is distrust. */
const noWay = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENOBUFS',
]);

interface Circumstances {
  /** The connection stood, and the request may have arrived. */
  readonly sent: boolean;
  readonly isSecure: boolean;
  /** It has answered before, so the two know each other. */
  readonly isKnown: boolean;
}

export function failureOf(error: NodeJS.ErrnoException, { sent, isSecure, isKnown }: Circumstances): PeerFailure {
  if (error instanceof PeerFailure) return error;
  const { code = '', message } = error;
  if (sent) {
    // A door says what it thinks of a certificate, or of plain text, by hanging up.
    const isDistrust = !isKnown;
    const hint = isDistrust ? ' before any answer; perhaps that node does not believe this one: its log says more' : '';
    return new PeerFailure('lost', `the connection broke (${code || message})${hint}`, { isDistrust, cause: error });
  }
  if (!isSecure || noWay.has(code)) return new PeerFailure('unreached', `no connection (${code || message})`, { cause: error });
  return new PeerFailure('unreached', `the two nodes do not know each other: ${distrust(code, message)}`, {
    isDistrust: true,
    cause: error,
  });
}

function distrust(code: string, message: string): string {
  if (/wrong.version|packet.length|http.request/i.test(`${code} ${message}`)) return 'the other one speaks no TLS there';
  if (/handshake failure|decrypt error|illegal parameter/i.test(message)) {
    return 'the secret, or the kind of proof, is another one there; --peer-secret-file must hold the same everywhere';
  }
  // What OpenSSL says is one line of many fields, and one of them is for people.
  const [, reason = message.slice(0, REASON_CHARACTERS_MAX)] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return code === '' ? reason : `${code}, ${reason}`;
}
