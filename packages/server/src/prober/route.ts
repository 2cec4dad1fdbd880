/** The way to a target, with the guard at its gate: whatever a name leads to is judged at the moment of connecting. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type ConnectionOptions } from 'node:tls';
import { objectionToHost, type TargetRules, type TlsTerms } from '@rollcall/core';
import type { Names } from './names.js';
import type { Trust } from './trust.js';

export interface RouteOptions {
  readonly names: Names;
  readonly rules: () => TargetRules;
  readonly trust: Trust;
}

export class Route {
  readonly #options: RouteOptions;

  constructor(options: RouteOptions) {
    this.#options = options;
  }

  /** The addresses of a host that may be connected to, at least one. Throws where there is none, and says why. */
  async addresses(host: string): Promise<readonly string[]> {
    const rules = this.#options.rules();
    const objection = objectionToHost(host, rules);
    if (objection !== null) throw new Error(`${host} is ${objection}; --probe-allow would allow it`);
    if (isIP(host) !== 0) return [host];
    const all = await this.#options.names.addresses(host);
    const allowed = all.filter((address) => objectionToHost(address, rules) === null);
    if (allowed.length > 0) return allowed;
    throw new Error(`${host} leads to ${all.join(', ')}, which is ${objectionToHost(all[0] ?? '', rules)}; --probe-allow would allow it`);
  }

  /** A connection that stands, for whoever takes it to close. One address after the other, if there are several. */
  async connect(
    host: string,
    port: number,
    tls: (TlsTerms & { readonly alpn?: readonly string[] }) | null,
    signal: AbortSignal,
  ): Promise<Socket> {
    let failure: unknown = null;
    const secured = tls === null ? null : this.#tlsOptions(host, tls);
    for (const address of await within(signal, this.addresses(host))) {
      try {
        return await standing(address, port, secured, signal);
      } catch (error) {
        failure = error;
        if (signal.aborted) break;
      }
    }
    throw failure;
  }

  #tlsOptions(host: string, { serverName, verify, ca, alpn }: TlsTerms & { readonly alpn?: readonly string[] }): ConnectionOptions {
    const name = serverName ?? host;
    return {
      rejectUnauthorized: verify,
      secureContext: this.#options.trust.context(ca),
      // An address is no name to ask for, but it may be one that the certificate is for.
      ...(isIP(name) === 0
        ? { servername: name }
        : { checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) }),
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    };
  }
}

function standing(address: string, port: number, tls: ConnectionOptions | null, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = tls === null ? connectTcp({ host: address, port }) : connectTls({ ...tls, host: address, port });
    const abort = (): void => void socket.destroy(new Error('aborted'));
    const settle = (done: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.off('error', failed);
      done();
    };
    const failed = (error: Error): void => {
      socket.destroy();
      settle(() => reject(error));
    };
    socket.once('error', failed);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => settle(() => resolve(socket)));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
}

/** Somebody else's work, waited for no longer than the signal lasts. */
function within<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
