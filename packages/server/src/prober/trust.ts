/**
 * Whose certificates are believed: those whom everybody believes and whoever the operator added, or, where a check names its own
 * authorities, only these. What is made of them is kept: to read 140 authorities for each question would cost more than the question.
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** Each is a check's own, and most have none; whoever was asked for longest ago is made anew. */
const CONTEXTS_MAX = 500;

export class Trust {
  #authorities: string | null;
  #usual: SecureContext | null = null;
  readonly #own = new Map<string, SecureContext>();

  constructor(authorities: string | null) {
    this.#authorities = authorities;
  }

  /** From now on. */
  believe(authorities: string | null): void {
    this.#authorities = authorities;
    this.#usual = null;
  }

  /** Throws for a check's own authorities that are none. */
  context(own: string | null): SecureContext {
    if (own === null) return (this.#usual ??= createSecureContext(this.#beyondTheUsual()));
    const known = this.#own.get(own) ?? ownContext(own);
    this.#own.delete(own);
    this.#own.set(own, known);
    const [oldest] = this.#own.keys();
    if (this.#own.size > CONTEXTS_MAX && oldest !== undefined) this.#own.delete(oldest);
    return known;
  }

  #beyondTheUsual(): { readonly ca?: string[] } {
    // Left out, they are those that Node was started with, NODE_EXTRA_CA_CERTS among them.
    return this.#authorities === null ? {} : { ca: [...rootCertificates, this.#authorities] };
  }
}

function ownContext(ca: string): SecureContext {
  try {
    // TLS takes what is none without a word, and believes nobody then.
    void new X509Certificate(ca);
    return createSecureContext({ ca });
  } catch (error) {
    throw new Error('the ca of this check holds no certificate', { cause: error });
  }
}
