/** Consul's API as its clients ask it: lists that are waited for, and rows that are put and taken out. */
import { request as plainRequest, Agent as PlainAgent, type IncomingMessage } from 'node:http';
import { request as secureRequest, Agent as SecureAgent } from 'node:https';

export interface ConsulApiOptions {
  readonly url: URL;
  readonly token: (() => string) | null;
  readonly tls: { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer };
}

export interface Listed<Rows> {
  readonly rows: Rows;
  /** To wait with for what comes next. */
  readonly index: string;
}

/** What a Consul says of itself, as far as it is asked for. */
export interface About {
  readonly Config?: { readonly Datacenter?: string; readonly NodeID?: string; readonly Revision?: string };
}

/** It answered, and not with what was asked for. */
export class ConsulRefused extends Error {
  override readonly name = 'ConsulRefused';
  readonly status: number;

  constructor(status: number, text: string) {
    super(text === '' ? `It answers ${status}.` : text);
    this.status = status;
  }
}

/** Of one list, with room for the largest service that Consul itself would answer. */
const ANSWER_BYTES_MAX: number = 256 * 1024 * 1024;

/** How long a list is waited for on the other side, and how long the answer may take besides. */
const WAIT_SECONDS = 60;
const SILENCE_MS_MAX = 90_000;

export class ConsulApi {
  readonly #options: ConsulApiOptions;
  readonly #agent: PlainAgent;

  constructor(options: ConsulApiOptions) {
    this.#options = options;
    this.#agent =
      options.url.protocol === 'https:' ? new SecureAgent({ keepAlive: true, ...options.tls }) : new PlainAgent({ keepAlive: true });
  }

  get url(): string {
    return this.#options.url.href.replace(/\/$/, '');
  }

  async get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return (await this.list<Answer>(path, null, signal)).rows;
  }

  /** With an index: as soon as it is another one, or after a while. */
  async list<Rows>(path: string, index: string | null, signal?: AbortSignal): Promise<Listed<Rows>> {
    const waiting = index === null ? '' : `${path.includes('?') ? '&' : '?'}index=${index}&wait=${WAIT_SECONDS}s`;
    const { text, headers } = await this.#call('GET', `${path}${waiting}`, null, signal);
    try {
      return { rows: JSON.parse(text) as Rows, index: String(headers['x-consul-index'] ?? '0') };
    } catch {
      throw new ConsulRefused(200, `What answers at ${this.url} is no Consul.`);
    }
  }

  async put(path: string, body: object, signal?: AbortSignal): Promise<void> {
    await this.#call('PUT', path, JSON.stringify(body), signal);
  }

  close(): void {
    this.#agent.destroy();
  }

  #call(
    method: string,
    path: string,
    body: string | null,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly text: string; readonly headers: IncomingMessage['headers'] }> {
    const { url, token } = this.#options;
    const target = new URL(`${url.pathname.replace(/\/$/, '')}/v1${path}`, url);
    const request = target.protocol === 'https:' ? secureRequest : plainRequest;
    const said = token?.() ?? '';
    const headers = {
      ...(said === '' ? {} : { 'x-consul-token': said }),
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const call = request(
        target,
        { method, headers, agent: this.#agent, timeout: SILENCE_MS_MAX, ...(signal === undefined ? {} : { signal }) },
        (answer) => {
          const pieces: Buffer[] = [];
          let bytes = 0;
          answer.on('data', (piece: Buffer) => {
            bytes += piece.length;
            if (bytes > ANSWER_BYTES_MAX) answer.destroy(new Error('the answer is too large'));
            else pieces.push(piece);
          });
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(pieces).toString('utf8');
            const status = answer.statusCode ?? 0;
            if (status === 200) resolve({ text, headers: answer.headers });
            else reject(new ConsulRefused(status, text.trim()));
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('it does not answer')));
      call.on('error', reject);
      call.end(body ?? undefined);
    });
  }
}
