/** Who may do what: the rules, and the answer to who shows something. */
import { ANONYMOUS, everything, nothing, RollcallError, type AccessControl, type Credentials, type Identity } from '@rollcall/core';
import { hashOf } from './secret.js';

export interface Rules {
  /** For who shows nothing. */
  readonly anonymous: Identity;
  /** By the SHA-256 of the secret. */
  readonly byHash: ReadonlyMap<string, Identity>;
  /** By a name that stands in the certificate. */
  readonly byCertificate: ReadonlyMap<string, Identity>;
  /** For who shows a certificate whose names stand nowhere; `null`: as if none had been shown. */
  readonly certified: Identity | null;
}

/** Before any file is read: nobody gets in by chance. */
const noRules: Rules = {
  anonymous: { name: ANONYMOUS, may: nothing },
  byHash: new Map(),
  byCertificate: new Map(),
  certified: null,
};

/** Where nobody says more: who has a certificate of the authority that was named is trusted. */
export const certificatesOnly: Rules = { ...noRules, certified: { name: 'certificate', may: everything } };

/** Who asks from this machine, where that is trusted. */
export const LOOPBACK = 'loopback';

const local: Identity = { name: LOOPBACK, may: everything };

/**
 * Tokens of those who were here lately, so that they need not be hashed for each request, which costs more than a microsecond. Only
 * known ones are among them, and the table tells a guess from a token by a hash of its own, which nobody outside can compute,
 * before it compares any text.
 */
const RECENT_MAX = 1024;

export class RuledAccess implements AccessControl {
  readonly isOpen = false;
  readonly #trustLoopback: boolean;
  readonly #followers = new Set<() => void>();
  readonly #recent = new Map<string, Identity>();
  #rules: Rules = noRules;

  constructor({ trustLoopback }: { readonly trustLoopback: boolean }) {
    this.#trustLoopback = trustLoopback;
  }

  /** How many are known. */
  get size(): number {
    return this.#rules.byHash.size + this.#rules.byCertificate.size;
  }

  /** From now on these hold. */
  set rules(rules: Rules) {
    this.#rules = rules;
    this.#recent.clear();
    for (const changed of this.#followers) changed();
  }

  identify(shown: Credentials): Identity {
    const { token } = shown;
    if (token !== null) return this.#recent.get(token) ?? this.#byToken(token);
    const { anonymous, byCertificate, certified } = this.#rules;
    const { certificateNames } = shown;
    for (const name of certificateNames) {
      const known = byCertificate.get(name);
      if (known !== undefined) return known;
    }
    if (certified !== null && certificateNames.length > 0) return certified;
    return this.#trustLoopback && shown.isLocal ? local : anonymous;
  }

  #byToken(token: string): Identity {
    const known = this.#rules.byHash.get(hashOf(token));
    if (known === undefined)
      throw new RollcallError('unauthenticated', 'The token that was shown is not in the token file of this registry.', { shown: true });
    if (this.#recent.size >= RECENT_MAX) this.#recent.clear();
    this.#recent.set(token, known);
    return known;
  }

  follow(changed: () => void): () => void {
    this.#followers.add(changed);
    return () => void this.#followers.delete(changed);
  }
}
