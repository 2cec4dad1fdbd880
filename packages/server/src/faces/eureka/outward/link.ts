/** The way to another Eureka server: connections that stay open, and a bound on what it may answer, and on how long it may take. */
import { Agent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import type { Clock } from '@rollcall/core';
import type { PeerAddress } from './peer-address.js';

export interface LinkOptions {
  readonly address: PeerAddress;
  /** Who we are to it: whoever finds itself so named talks to itself. */
  readonly identity: string;
  /** Authorities that it may have its certificate from, in PEM, besides the well-known ones. */
  readonly authorities: readonly string[] | null;
  readonly clock: Clock;
}

/** Why it was not told: `busy` and `away` pass by themselves, `refused` rather not, and `self` never. */
export type LinkTrouble = 'away' | 'busy' | 'refused' | 'self';

export class LinkFailure extends Error {
  readonly trouble: LinkTrouble;
  /** What it answered, if it did. */
  readonly status: number | null;

  constructor(trouble: LinkTrouble, message: string, status: number | null = null) {
    super(message);
    this.trouble = trouble;
    this.status = status;
  }
}

/** A few hundred instances that it has instead are a megabyte. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** Some two hundred thousand instances; half of what one text can be. */
const LIST_BYTES_MAX = 256 * 1024 * 1024;

/** A server that takes longer has troubles of its own. */
const ANSWER_MS_MAX = 10_000;
const LIST_MS_MAX = 60_000;

/** What is told at the same time, and a list. */
const CONNECTIONS_MAX = 5;

/** Shorter than servers wait. */
const IDLE_MS_MAX = 15_000;

const REASON_CHARACTERS_MAX = 160;

export class Link {
  readonly #options: LinkOptions;
  readonly #agent: Agent | SecureAgent;

  constructor(options: LinkOptions) {
    this.#options = options;
    const usual = { keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: IDLE_MS_MAX };
    const { authorities } = options;
    this.#agent = options.address.base.startsWith('https:')
      ? new SecureAgent({ ...usual, ...(authorities === null ? {} : { ca: [...authorities] }) })
      : new Agent(usual);
  }

  /** What it answers. Throws a `LinkFailure`. */
  send(batch: string): Promise<string> {
    return this.#ask('POST', 'peerreplication/batch/', batch, { bytesMax: ANSWER_BYTES_MAX, withinMs: ANSWER_MS_MAX });
  }

  /** Everything that it has. Throws a `LinkFailure`. */
  list(): Promise<string> {
    return this.#ask('GET', 'apps/', null, { bytesMax: LIST_BYTES_MAX, withinMs: LIST_MS_MAX });
  }

  /** Whoever waits for an answer waits in vain. */
  close(): void {
    this.#agent.destroy();
  }

  #ask(method: string, path: string, body: string | null, { bytesMax, withinMs }: Bounds): Promise<string> {
    const { address, identity, clock } = this.#options;
    const request = address.base.startsWith('https:') ? secureRequest : plainRequest;
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      headers: {
        'accept': 'application/json',
        'accept-encoding': 'gzip',
        'x-netflix-discovery-replication': 'true',
        'discoveryidentity-name': 'DefaultServer',
        'discoveryidentity-version': '1.0',
        'discoveryidentity-id': identity,
        ...(address.authorization === null ? {} : { authorization: address.authorization }),
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    };
    return new Promise((resolve, reject) => {
      const asked = request(`${address.base}${path}`, options);
      const cancel = clock.after(withinMs, () => asked.destroy(new LinkFailure('busy', `no answer within ${withinMs} ms`)));
      const fail = (error: Error): void => {
        cancel();
        asked.destroy();
        reject(error instanceof LinkFailure ? error : new LinkFailure('away', error.message || 'the connection was lost'));
      };
      asked.on('error', fail);
      asked.on('response', (response) => {
        readAnswer(response, bytesMax).then((text) => (cancel(), resolve(text)), fail);
      });
      asked.end(body ?? undefined);
    });
  }
}

interface Bounds {
  readonly bytesMax: number;
  readonly withinMs: number;
}

/** How a registry answers who turns out to be itself. */
const SELF_STATUS = 421;

/** `null` for an answer that is one. */
function failureOf(status: number, text: string): LinkFailure | null {
  if (status === 200) return null;
  const said = text
    .replaceAll(/<[^>]*>|\s+/g, ' ')
    .trim()
    .slice(0, REASON_CHARACTERS_MAX);
  const reason = `it answers ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === SELF_STATUS) return new LinkFailure('self', reason, status);
  return new LinkFailure(status === 503 || status === 429 ? 'busy' : 'refused', reason, status);
}

/** Throws a `LinkFailure` for what is no answer. */
async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<string> {
  const text = await readText(response, bytesMax);
  const failure = failureOf(response.statusCode ?? 0, text);
  if (failure !== null) throw failure;
  return text;
}

async function readText(response: IncomingMessage, bytesMax: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const isPacked = response.headers['content-encoding']?.toLowerCase() === 'gzip';
  const unpacked = isPacked ? response.pipe(createGunzip()) : response;
  // A pipe does not hand on what ends too early.
  if (isPacked) response.once('error', (error) => unpacked.destroy(error));
  for await (const piece of unpacked) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > bytesMax) throw new LinkFailure('refused', `it answers more than ${bytesMax} bytes`);
  }
  if (!response.complete) throw new LinkFailure('away', 'the connection ended within the answer');
  return Buffer.concat(pieces, bytes).toString();
}
