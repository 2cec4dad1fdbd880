/** Whoever answers as a Consul: steps are taken, and what the answers gave is kept for the steps that follow. */
import { Agent, request } from 'node:http';
import { lookUp } from './dns.js';
import type { Answer, Answered, Ask, Step, Wait, Waited } from './step.js';

export interface SubjectOptions {
  /** `host:port` of its doors. */
  readonly http: string;
  readonly dns?: string;
  /** So much time passes: really, or on a clock of its own. */
  readonly pass: (ms: number) => Promise<void>;
}

/** What clients read, or act upon. */
const HEADERS = [
  'allow',
  'content-type',
  'x-cache',
  'x-consul-contenthash',
  'x-consul-default-acl-policy',
  'x-consul-effective-consistency',
  'x-consul-index',
  'x-consul-knownleader',
  'x-consul-lastcontact',
  'x-consul-query-backend',
  'x-consul-reason',
  'x-consul-translate-addresses',
] as const;

/** Whoever waits is let wait so long before the rest happens. */
const BEFORE_MS = 100;
/** A change is told within this, also where changes are gathered. */
const WOKEN_WITHIN_MS = 400;
/** Whoever has not answered by then never does. */
const ANSWERED_WITHIN_MS = 15_000;
/** What a wait may take over its time. */
const LATE_SHARE = 1 / 8;

export class Subject {
  readonly kept: Map<string, string> = new Map<string, string>();
  readonly #options: SubjectOptions;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(options: SubjectOptions) {
    this.#options = options;
  }

  async take(step: Step): Promise<Answered> {
    if ('lookup' in step) return lookUp(step, this.#options.dns ?? '');
    return 'waits' in step ? this.#wait(step) : this.ask(step);
  }

  close(): void {
    this.#agent.destroy();
  }

  async ask(step: Ask): Promise<Answer> {
    const answer = await this.#send(step);
    for (const [name, where] of Object.entries(step.keep ?? {})) this.kept.set(name, valueAt(answer, where));
    return answer;
  }

  async #wait({ waits, meanwhile }: Wait): Promise<Waited> {
    let answer: Answer | null = null;
    const waiting = this.ask(waits).then((came) => (answer = came));
    const isThere = async (ms: number): Promise<boolean> => {
      await this.#options.pass(ms);
      return answer !== null;
    };
    const wasAtOnce = await isThere(BEFORE_MS);
    const others: Answer[] = [];
    for (const step of meanwhile) others.push(await this.ask(step));
    if (wasAtOnce) return { came: 'at once', answer: await waiting, others };
    if (await isThere(WOKEN_WITHIN_MS)) return { came: 'woken', answer: await waiting, others };
    const seconds = Number(/[?&]wait=(\d+)s/.exec(waits.path)?.[1] ?? '2');
    await isThere(seconds * 1000 * (1 + LATE_SHARE));
    return { came: 'time over', answer: await waiting, others };
  }

  #send({ method, path, headers = {}, body }: Ask): Promise<Answer> {
    const [host, port] = this.#options.http.split(':');
    const sent = body === undefined ? undefined : this.#filled(body);
    const length = sent === undefined ? {} : { 'content-length': String(Buffer.byteLength(sent)) };
    return new Promise((resolve) => {
      const target = { host, port, method, path: encodedPath(this.#filled(path)), headers: { ...headers, ...length }, agent: this.#agent };
      const asked = request(target, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('error', () => resolve(HUNG_UP));
        response.on('end', () => {
          const found = HEADERS.flatMap((name) => {
            const value = response.headers[name];
            return value === undefined ? [] : [[name, String(value)] as const];
          });
          resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(found), body: Buffer.concat(pieces).toString() });
        });
      });
      asked.once('error', () => resolve(HUNG_UP));
      asked.setTimeout(ANSWERED_WITHIN_MS, () => asked.destroy());
      asked.end(sent);
    });
  }

  #filled(text: string): string {
    return text
      .replaceAll(/<<(\w+)\*(\d+)>>/g, (_, piece: string, times: string) => piece.repeat(Number(times)))
      .replaceAll(/<<(\w+)>>/g, (whole, name: string) => this.kept.get(name) ?? whole);
  }
}

/** A connection that ends without an answer. */
const HUNG_UP: Answer = { status: 0, headers: {}, body: '' };

/** What a URL may not hold as it is, such as the spaces of a filter. */
function encodedPath(path: string): string {
  return path.replaceAll(/[^\x21-\x7e]|["<>\\^`{|}]/g, (character) => encodeURIComponent(character));
}

function valueAt({ headers, body }: Answer, where: string): string {
  const header = headers[where.toLowerCase()];
  if (header !== undefined) return header;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return '';
  }
  for (const name of where.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
