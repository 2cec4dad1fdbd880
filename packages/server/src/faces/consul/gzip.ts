/**
 * Answers pressed for who takes gzip, where they are large. That is done off the loop, once for each answer, however many are told it;
 * and where there is much of it to do already, an answer goes out as it is.
 */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { HttpAnswer, HttpHead, HttpReply } from '../../shared/http-face.js';
import { headerIn } from '../../shared/http-headers.js';
import { nextTurn } from '../../shared/turn.js';

/** Below, an answer is in so few packets that pressing it takes longer than it saves. */
const PRESSED_BYTES_MIN = 16_384;

/** At a time: the threads that press are those that read and write files, too. */
const PRESSING_MAX = 2;

const TOLD_PER_TURN = 200;

/** JSON says the same over and over: the quickest way makes it a tenth, and others little less. */
const LEVEL = constants.Z_BEST_SPEED;

const pressed = promisify(gzip);

export class Gzip {
  /** What was made of an answer, or is being made: the very same for all who are told the very same. */
  readonly #made = new WeakMap<HttpAnswer, HttpAnswer | Promise<HttpAnswer>>();
  /** Of bodies that several answers have. */
  readonly #bodies = new WeakMap<Buffer, Buffer | Promise<Buffer>>();
  /** Those who are told when it is made. */
  readonly #waiting = new WeakMap<Promise<HttpAnswer>, ((answer: HttpAnswer) => void)[]>();
  #pressing = 0;

  /** What lies ready, pressed if that lies ready too. If not, it does so soon. */
  ready(answer: HttpAnswer, head: HttpHead): HttpAnswer {
    if (!isLarge(answer) || !takesGzip(head)) return answer;
    const made = this.#of(answer);
    return made instanceof Promise ? answer : made;
  }

  reply(reply: HttpReply, head: HttpHead): HttpReply | Promise<HttpReply> {
    if ('open' in reply || ('body' in reply && !isLarge(reply)) || !takesGzip(head)) return reply;
    if ('body' in reply) return this.#of(reply);
    return {
      start: (answer) => {
        let hasLeft = false;
        const leave = reply.start((plain) => {
          const made = isLarge(plain) ? this.#of(plain) : plain;
          if (!(made instanceof Promise)) return answer(made);
          this.#tell(made, (one) => {
            if (!hasLeft) answer(one);
          });
        });
        return () => {
          hasLeft = true;
          leave();
        };
      },
    };
  }

  /** Ten thousand may have waited for it: they are told in as many turns as that takes. */
  #tell(made: Promise<HttpAnswer>, told: (answer: HttpAnswer) => void): void {
    const waiting = this.#waiting.get(made);
    if (waiting !== undefined) return void waiting.push(told);
    const all = [told];
    this.#waiting.set(made, all);
    void tellAll(made, all);
  }

  #of(answer: HttpAnswer): HttpAnswer | Promise<HttpAnswer> {
    const known = this.#made.get(answer);
    if (known !== undefined) return known;
    const { body } = answer;
    if (body === null) return answer;
    const begun = typeof body === 'string' ? undefined : this.#bodies.get(body);
    if (begun !== undefined && !(begun instanceof Promise)) {
      const done = packed(answer, begun);
      this.#made.set(answer, done);
      return done;
    }
    if (begun === undefined && this.#pressing >= PRESSING_MAX) return answer;
    const bytes = begun ?? this.#press(body);
    const made = bytes.then(
      (own) => packed(answer, own),
      () => answer,
    );
    this.#made.set(answer, made);
    void made.then((done) => this.#made.set(answer, done));
    return made;
  }

  #press(body: Buffer | string): Promise<Buffer> {
    this.#pressing++;
    const bytes = pressed(body, { level: LEVEL });
    const end = (): void => void this.#pressing--;
    bytes.then(end, end);
    if (typeof body === 'string') return bytes;
    this.#bodies.set(body, bytes);
    bytes.then(
      (own) => this.#bodies.set(body, own),
      () => this.#bodies.delete(body),
    );
    return bytes;
  }
}

async function tellAll(made: Promise<HttpAnswer>, all: readonly ((answer: HttpAnswer) => void)[]): Promise<void> {
  const answer = await made;
  for (let at = 0; at < all.length; at++) {
    if (at % TOLD_PER_TURN === TOLD_PER_TURN - 1) await nextTurn();
    all[at]?.(answer);
  }
}

function isLarge({ body }: HttpAnswer): boolean {
  return body !== null && body.length >= PRESSED_BYTES_MIN;
}

/** Also `*`, and not with a quality of 0. */
export function takesGzip({ rawHeaders }: HttpHead): boolean {
  const said = headerIn(rawHeaders, 'accept-encoding');
  if (said === undefined) return false;
  const ways = said.split(',').map((way) => way.trim().toLowerCase());
  const own = ways.find((way) => /^gzip(?:\s*;|$)/.test(way)) ?? ways.find((way) => /^\*(?:\s*;|$)/.test(way));
  return own !== undefined && !/;\s*q\s*=\s*0(?:\.0*)?\s*$/.test(own);
}

function packed(answer: HttpAnswer, body: Buffer): HttpAnswer {
  const { headers, complete } = answer;
  const kept = headers.flatMap((name, at) => (at % 2 === 0 && name !== 'content-length' ? [name, headers[at + 1] as string] : []));
  const length = complete === true ? ['content-length', String(body.length)] : [];
  return { ...answer, headers: [...kept, 'content-encoding', 'gzip', ...length], body };
}
