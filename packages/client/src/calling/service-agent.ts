/** Agents for `node:http` and `node:https`: whatever takes an agent can call services by their names. */
import http, { type AgentOptions, type ClientRequest } from 'node:http';
import https from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Endpoint } from '../balancing/endpoint.js';
import type { TlsOptions } from '../options.js';
import { AgentCall, withoutSocket, type AgentHands } from './agent-call.js';
import { CallFailed } from './call-failed.js';
import type { Calling } from './calling.js';
import { serviceAddress, type ServiceAddress, type ServiceNaming } from './service-address.js';

export interface ServiceAgentOptions {
  readonly naming: ServiceNaming;
  readonly others: 'pass' | 'refuse';
  readonly tls: TlsOptions;
}

interface RequestOptions extends Omit<ConnectionOptions, 'port'> {
  readonly host?: string;
  readonly port?: number | string;
  /** A connection that stands already. */
  readonly standing?: Socket;
}

/** What Node asks of an agent for every request; it is not in its documentation, and has been the same since Node 0.12. */
type AddRequest = (this: http.Agent, request: ClientRequest, options: RequestOptions) => void;

const addRequest: AddRequest = (http.Agent.prototype as unknown as { readonly addRequest: AddRequest }).addRequest;
const kept: AgentOptions = { keepAlive: true };

export class ServiceAgent extends http.Agent {
  readonly #calls: AgentCalls;

  constructor(calling: Calling, options: ServiceAgentOptions) {
    super(kept);
    this.#calls = new AgentCalls(this, 'http', calling, options);
  }

  addRequest(request: ClientRequest, options: RequestOptions): void {
    this.#calls.add(request, options);
  }

  override createConnection(...given: Parameters<http.Agent['createConnection']>): ReturnType<http.Agent['createConnection']> {
    return (given[0] as RequestOptions).standing ?? super.createConnection(...given);
  }

  /** Its connections are not needed any more. */
  letGo(endpoint: Endpoint): void {
    this.#calls.letGo(endpoint);
  }
}

export class SecureServiceAgent extends https.Agent {
  readonly #calls: AgentCalls;

  constructor(calling: Calling, options: ServiceAgentOptions) {
    super(kept);
    this.#calls = new AgentCalls(this, 'https', calling, options);
  }

  addRequest(request: ClientRequest, options: RequestOptions): void {
    this.#calls.add(request, options);
  }

  override createConnection(...given: Parameters<https.Agent['createConnection']>): ReturnType<https.Agent['createConnection']> {
    return (given[0] as RequestOptions).standing ?? super.createConnection(...given);
  }

  /** Its connections are not needed any more. */
  letGo(endpoint: Endpoint): void {
    this.#calls.letGo(endpoint);
  }
}

/** What both have in common. */
class AgentCalls {
  readonly #agent: http.Agent;
  readonly #scheme: 'http' | 'https';
  readonly #calling: Calling;
  readonly #options: ServiceAgentOptions;

  constructor(agent: http.Agent, scheme: 'http' | 'https', calling: Calling, options: ServiceAgentOptions) {
    this.#agent = agent;
    this.#scheme = scheme;
    this.#calling = calling;
    this.#options = options;
  }

  add(request: ClientRequest, options: RequestOptions): void {
    const address = this.#addressOf(options);
    if (address === undefined) return this.#elsewhere(request, options);
    try {
      const caller = this.#calling.of(address.service);
      const wanted = { scheme: this.#scheme, port: address.port };
      new AgentCall(request, wanted, this.#hands(options), { clock: this.#calling.clock, connectMs: caller.rules.connectMs }).start(caller);
    } catch (error) {
      withoutSocket(request, error instanceof Error ? error : new Error(String(error), { cause: error }));
    }
  }

  letGo({ instance: { host, port } }: Endpoint): void {
    if (host === undefined || port === undefined) return;
    const free = this.#agent.freeSockets;
    for (const name of Object.keys(free)) {
      if (name.startsWith(`${host}:${port}:`)) for (const socket of free[name] ?? []) socket.destroy();
    }
  }

  #hands(options: RequestOptions): AgentHands {
    const agent = this.#agent;
    const to = (host: string, port: number): RequestOptions => ({ ...options, host, port });
    return {
      reuse(request, host, port) {
        const name = agent.getName(to(host, port));
        const isFree = agent.freeSockets[name]?.some((socket) => !socket.destroyed) === true;
        if (isFree) addRequest.call(agent, request, to(host, port));
        return isFree;
      },
      hand: (request, host, port, standing) => addRequest.call(agent, request, { ...to(host, port), standing }),
      connect: (host, port) => {
        if (this.#scheme === 'http') return connectPlain({ host, port, noDelay: true });
        // The name in the certificate is the one that was asked for, unless something else is said.
        return connectTls({ servername: options.host ?? host, ...this.#options.tls, host, port });
      },
    };
  }

  #elsewhere(request: ClientRequest, options: RequestOptions): void {
    if (this.#options.others === 'pass') return addRequest.call(this.#agent, request, options);
    withoutSocket(request, new CallFailed('not-a-service', options.host ?? 'an address without a host'));
  }

  #addressOf({ host = '', port }: RequestOptions): ServiceAddress | undefined {
    const usual = this.#scheme === 'http' ? 80 : 443;
    const written = port === undefined || Number(port) === usual ? host : `${host}:${port}`;
    const url = `${this.#scheme}://${written}`;
    return URL.canParse(url) ? serviceAddress(url, this.#options.naming) : undefined;
  }
}
