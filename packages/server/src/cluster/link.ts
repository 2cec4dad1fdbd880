/** The way to one node: a pool of connections that stay open, and a bound on how long anybody waits for an answer. */
import { Agent, request as plainRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { isObject, type Clock, type LiveNode, type NodeName } from '@rollcall/core';
import { lifeOf, PEER_PROTOCOL, peerHeaders, readError } from '../shared/peer-protocol.js';
import { PSK_CIPHERS, type PeerTrust } from '../shared/peer-trust.js';
import { failureOf, PeerFailure } from './peer-failure.js';

export interface LinkOptions {
  readonly node: LiveNode & { readonly peer: string };
  /** Who asks. */
  readonly self: NodeName;
  readonly trust: PeerTrust;
  readonly clock: Clock;
}

export interface PeerCall {
  readonly path: string;
  /** JSON; `null` for a GET. */
  readonly body: string | null;
  readonly withinMs: number;
}

/** Beats, questions and a replica's calls beside each other; whoever finds all of them busy waits within its time. */
const CONNECTIONS_MAX = 32;

/** Shorter than the door waits, so that it is never a request that finds its connection closed. */
const IDLE_MS_MAX = 20_000;

/** The answer to a bulk registration repeats what it was asked, several times as large. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;

export class Link {
  readonly #options: LinkOptions;
  readonly #host: string;
  readonly #port: number;
  /** Which of the secrets that side takes. */
  #keyAt = 0;
  /** It has answered by what the files say now. */
  #isKnown = false;
  /** One for each secret, made when it is first needed. */
  #agents: (Agent | SecureAgent | undefined)[] = [];

  constructor(options: LinkOptions) {
    this.#options = options;
    const { peer } = options.node;
    const colon = peer.lastIndexOf(':');
    this.#host = peer.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    this.#port = Number(peer.slice(colon + 1));
  }

  /** What the answer says. Throws a `PeerFailure`. */
  async ask(call: PeerCall): Promise<unknown> {
    const { material } = this.#options.trust;
    const secrets = material.kind === 'secret' ? material.keys.length : 1;
    const first = this.#keyAt % secrets;
    for (let attempt = 0; ; attempt++) {
      const keyAt = (first + attempt) % secrets;
      try {
        const answer = await this.#ask(call, keyAt);
        this.#keyAt = keyAt;
        this.#isKnown = true;
        return answer;
      } catch (error) {
        // Whoever went without a word has left all of them half open, and each would cost its time.
        if (error instanceof PeerFailure && error.kind === 'lost') this.#dropIdle();
        // While secrets are being changed, that side may have only the other one.
        const mayHaveOther = error instanceof PeerFailure && error.isDistrust && error.kind === 'unreached';
        if (!mayHaveOther || attempt + 1 >= secrets) throw error;
      }
    }
  }

  /** From now on, new connections by what the files say now. Whoever waits for an answer goes on to wait. */
  renew(): void {
    this.#dropIdle();
    this.#agents = [];
    this.#keyAt = 0;
    this.#isKnown = false;
  }

  /** Whoever waits for an answer waits in vain: it is lost to them now, and not when their time is up. */
  giveUp(): void {
    const before = this.#agents;
    this.#agents = [];
    for (const agent of before) agent?.destroy();
  }

  close(): void {
    this.giveUp();
  }

  #dropIdle(): void {
    for (const agent of this.#agents) {
      for (const idle of Object.values(agent?.freeSockets ?? {})) for (const socket of idle ?? []) socket.destroy();
    }
  }

  #ask({ path, body, withinMs }: PeerCall, keyAt: number): Promise<unknown> {
    const { node, self, clock } = this.#options;
    const agent = (this.#agents[keyAt] ??= this.#newAgent(keyAt));
    const isSecure = agent instanceof SecureAgent;
    const options: RequestOptions = {
      host: this.#host,
      port: this.#port,
      path,
      method: body === null ? 'GET' : 'POST',
      agent,
      headers: {
        [peerHeaders.protocol]: PEER_PROTOCOL.max,
        [peerHeaders.from]: self,
        [peerHeaders.to]: lifeOf(node),
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    };
    return new Promise((resolve, reject) => {
      const asked = isSecure ? secureRequest(options) : plainRequest(options);
      const sent = sentOn(asked);
      const cancel = clock.after(withinMs, () => {
        asked.destroy(new PeerFailure(sent() ? 'lost' : 'unreached', `no answer within ${withinMs} ms`));
      });
      const fail = (error: NodeJS.ErrnoException): void => {
        cancel();
        reject(failureOf(error, { sent: sent(), isSecure, isKnown: this.#isKnown }));
      };
      asked.on('error', fail);
      asked.on('response', (response) => {
        readAnswer(response)
          .then((answer) => (cancel(), resolve(answer)))
          .catch((error: NodeJS.ErrnoException) => {
            asked.destroy();
            fail(error);
          });
      });
      asked.end(body ?? undefined);
    });
  }

  #newAgent(keyAt: number): Agent | SecureAgent {
    const { material } = this.#options.trust;
    const usual = { keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: IDLE_MS_MAX };
    if (material.kind === 'none') return new Agent(usual);
    const secure = { ...usual, maxCachedSessions: 0 };
    if (material.kind === 'certificates') return new SecureAgent({ ...secure, ...material.context });
    const key = material.keys[keyAt];
    return new SecureAgent({
      ...secure,
      ciphers: PSK_CIPHERS,
      minVersion: 'TLSv1.3',
      pskCallback: () => (key === undefined ? null : { identity: key.id, psk: key.key }),
      // Never asked where the secret was proved: whoever shows a certificate instead has not, however good it is.
      checkServerIdentity: () => new Error('the other side did not prove that it has the secret'),
    });
  }
}

/** Whether the connection stands, so that the request may have arrived. */
function sentOn(asked: ClientRequest): () => boolean {
  let isSent = false;
  asked.once('socket', (socket) => {
    const began = (): void => void (isSent = true);
    if (!socket.connecting && !(socket as Partial<TLSSocket>).encrypted) began();
    else if (asked.reusedSocket) began();
    else socket.once((socket as Partial<TLSSocket>).encrypted === true ? 'secureConnect' : 'connect', began);
  });
  return () => isSent;
}

/** Throws a `PeerFailure` for what is no answer, or a refusal. */
async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > ANSWER_BYTES_MAX) throw new PeerFailure('lost', 'the answer is larger than any that makes sense');
  }
  const answer = parsed(Buffer.concat(pieces, bytes).toString());
  if (response.statusCode === 200) return answer;
  if (!isObject(answer) || !('error' in answer)) throw new PeerFailure('lost', `what answers there is no node (${response.statusCode})`);
  const refusal = readError(answer['error']);
  throw new PeerFailure(refusal.code === 'internal' ? 'lost' : 'refused', refusal.message, { refusal });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PeerFailure('lost', 'the answer is no JSON: what answers there is no node', { cause: error });
  }
}
