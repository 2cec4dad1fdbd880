/**
 * Whether this door answers for the host that a request names. One on loopback answers only to names of loopback: otherwise any
 * web page could point a name of its own at 127.0.0.1 and have a visitor's browser talk to this registry (DNS rebinding).
 * Decided once per name: there are few, and many requests.
 */
import { isLoopback, RollcallError } from '@rollcall/core';
import { headerIn, hostNameIn } from '../../shared/http-headers.js';
import type { HttpHead } from '../../shared/http-face.js';
import { KNOWN_HOSTS_MAX } from './limits.js';

export class HostCheck {
  readonly #wanted: boolean;
  readonly #known = new Map<string, boolean>();

  /** A door that others can reach is asked by whatever name they know it. */
  constructor(bind: string) {
    this.#wanted = isLoopback(bind);
  }

  allows({ rawHeaders }: HttpHead): boolean {
    if (!this.#wanted) return true;
    const header = headerIn(rawHeaders, 'host');
    // As HTTP/1.0 allows. Every browser names one.
    if (header === undefined) return true;
    const known = this.#known.get(header);
    if (known !== undefined) return known;
    if (this.#known.size >= KNOWN_HOSTS_MAX) this.#known.clear();
    const allowed = isLoopback(hostNameIn(header));
    this.#known.set(header, allowed);
    return allowed;
  }

  refusal({ rawHeaders }: HttpHead): RollcallError {
    const name = JSON.stringify(hostNameIn(headerIn(rawHeaders, 'host')));
    return new RollcallError('host-not-allowed', `This door is on loopback and does not answer for ${name}; ask for localhost.`);
  }
}
