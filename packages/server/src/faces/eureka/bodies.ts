/**
 * Bodies of lists, as bytes. Applications are the pieces: each is written, and compressed, once after it changed, and lies with
 * all other answers in one bounded place. A list is pieces put together.
 */
import { ServiceName, type Caller } from '@rollcall/core';
import type { AnswerCache, CachedAnswer } from '../../shared/answer-cache.js';
import { joined } from '../../shared/joined.js';
import { nextTurn } from '../../shared/turn.js';
import { keyOf, type Application, type Estate } from './estate.js';
import type { Form } from './forms.js';
import { BEFORE_BYTES_MAX, gzipOf, gzipPiece, storedPiece, type GzipPiece } from './gzip-pieces.js';
import { read } from './map.js';

export type Extent = 'all' | 'delta';

interface Piece extends CachedAnswer {
  readonly stamp: string;
}

interface PressedPiece extends Piece {
  readonly gzip: GzipPiece;
}

/** What a compressed piece stands behind: it is short where it says the same. */
interface Before {
  readonly service: string;
  readonly stamp: string;
  readonly tail: Buffer;
}

const nothingBefore: Before = { service: '', stamp: '', tail: Buffer.alloc(0) };

interface Whole extends CachedAnswer {
  readonly estate: Estate;
}

/** Compressed at the same time: each takes a quarter of a mebibyte and a thread of the few that there are. */
const AT_ONCE_MAX = 4;

/** Some milliseconds of writing. */
const INSTANCES_PER_TURN = 200;

export class Bodies {
  readonly #cache: AnswerCache;
  /** Being put together; whoever asks meanwhile gets the same. */
  readonly #under = new Map<string, { readonly estate: Estate; readonly body: Promise<Buffer> }>();

  constructor(cache: AnswerCache) {
    this.#cache = cache;
  }

  plain(estate: Estate, extent: Extent, form: Form, caller: Caller): Buffer | Promise<Buffer> {
    return this.#made(`${wholeKey(estate, extent, form, caller)} plain`, estate, () => this.#plain(estate, extent, form));
  }

  gzip(estate: Estate, extent: Extent, form: Form, caller: Caller): Buffer | Promise<Buffer> {
    return this.#made(`${wholeKey(estate, extent, form, caller)} gzip`, estate, () => this.#gzip(estate, extent, form));
  }

  /** Lies ready, is being made, or is made now. */
  #made(key: string, estate: Estate, make: () => Promise<Buffer>): Buffer | Promise<Buffer> {
    const known = this.#known(key, estate);
    if (known !== undefined) return known;
    const under = this.#under.get(key);
    if (under?.estate === estate) return under.body;
    const body = make().then((made) => this.#keep(key, estate, made));
    const begun = { estate, body };
    this.#under.set(key, begun);
    const end = (): void => {
      if (this.#under.get(key) === begun) this.#under.delete(key);
    };
    body.then(end, end);
    return body;
  }

  /** One application, alone. */
  alone(application: Application, namespace: string, form: Form): Buffer {
    const key = `${pieceKey(application, namespace, form)} alone`;
    const known = this.#cache.get(key) as Piece | undefined;
    if (known?.stamp === application.stamp) return known.body;
    const { name, instances, panic, stamp } = application;
    const body = Buffer.from(
      form.alone(
        name,
        instances.map((instance) => read(instance, panic)),
      ),
    );
    const piece: Piece = { body, stamp };
    this.#cache.put(key, piece);
    return body;
  }

  #known(key: string, estate: Estate): Buffer | undefined {
    const found = this.#cache.get(key) as Whole | undefined;
    return found?.estate === estate ? found.body : undefined;
  }

  #keep(key: string, estate: Estate, body: Buffer): Buffer {
    const whole: Whole = { body, estate };
    this.#cache.put(key, whole);
    return body;
  }

  /** In slices: a list of everything takes long to write, and others wait. */
  async #plain(estate: Estate, extent: Extent, form: Form): Promise<Buffer> {
    const { before, between, after } = aroundOf(estate, extent, form);
    const pieces: (Buffer | string)[] = [before];
    let written = 0;
    for (const { instances, write } of this.#writers(estate, extent, form)) {
      if (written >= INSTANCES_PER_TURN) {
        written = 0;
        await nextTurn();
      }
      written += instances;
      if (pieces.length > 1 && between !== '') pieces.push(between);
      pieces.push(write());
    }
    return joined([...pieces, after]);
  }

  #writers(estate: Estate, extent: Extent, form: Form): readonly { readonly instances: number; readonly write: () => Buffer | string }[] {
    if (extent === 'delta')
      return estate.delta.map(({ name, documents }) => ({ instances: documents.length, write: () => form.application(name, documents) }));
    return estate.applications.map((application) => ({
      instances: application.instances.length,
      write: () => this.#plainPiece(application, estate.namespace, form),
    }));
  }

  async #gzip(estate: Estate, extent: Extent, form: Form): Promise<Buffer> {
    // It changes with every change, and as a whole.
    if (extent === 'delta') return gzipOf([await gzipPiece(await this.#plain(estate, extent, form))]);
    const { before, between, after } = aroundOf(estate, extent, form);
    const { applications, namespace } = estate;
    const pieces: GzipPiece[] = [];
    const work = applications.entries();
    let last = nothingBefore;
    const workers = Array.from({ length: AT_ONCE_MAX }, async () => {
      for (const [at, application] of work) {
        // Begun in their order, so it is known what each stands behind.
        const begun = this.#gzipPiece(application, last, namespace, form, between);
        last = begun;
        pieces[at] = await begun.piece;
      }
    });
    await Promise.all(workers);
    const comma = between === '' ? null : storedPiece(between);
    const inside = pieces.flatMap((piece, at) => (at === 0 || comma === null ? [piece] : [comma, piece]));
    return gzipOf([storedPiece(before), ...inside, storedPiece(after)]);
  }

  #plainPiece(application: Application, namespace: string, form: Form): Buffer {
    const key = `${pieceKey(application, namespace, form)} plain`;
    const known = this.#cache.get(key) as Piece | undefined;
    if (known?.stamp === application.stamp) return known.body;
    const body = written(application, form);
    const piece: Piece = { body, stamp: application.stamp };
    this.#cache.put(key, piece);
    return body;
  }

  #gzipPiece(
    application: Application,
    last: Before,
    namespace: string,
    form: Form,
    between: string,
  ): Before & { readonly piece: GzipPiece | Promise<GzipPiece> } {
    const { stamp } = application;
    const own = { service: ServiceName.fold(application.service), stamp };
    const key = `${pieceKey(application, namespace, form)} gzip ${last.service}`;
    const stamps = `${stamp} ${last.stamp}`;
    const known = this.#cache.get(key) as PressedPiece | undefined;
    if (known?.stamp === stamps) return { ...own, tail: known.body.subarray(known.gzip.deflated.length), piece: known.gzip };
    const text = written(application, form);
    const tail = Buffer.concat([text.subarray(-BEFORE_BYTES_MAX), Buffer.from(between)]);
    const piece = gzipPiece(text, last.tail).then((gzip) => {
      // The two lie in one, so that the cache knows how much that is.
      const body = Buffer.concat([gzip.deflated, tail]);
      const pressed: PressedPiece = { body, stamp: stamps, gzip: { ...gzip, deflated: body.subarray(0, gzip.deflated.length) } };
      this.#cache.put(key, pressed);
      return pressed.gzip;
    });
    return { ...own, tail, piece };
  }
}

function written({ name, instances, panic }: Application, form: Form): Buffer {
  return Buffer.from(
    form.application(
      name,
      instances.map((instance) => read(instance, panic)),
    ),
  );
}

/** The version of a full list is always one; a delta's is another one whenever it is another one. */
function aroundOf({ revision, hash }: Estate, extent: Extent, form: Form): ReturnType<Form['list']> {
  return form.list(extent === 'all' ? '1' : String(revision), hash);
}

function wholeKey(estate: Estate, extent: Extent, form: Form, caller: Caller): string {
  return `eureka ${extent} ${keyOf(estate.namespace, caller)} ${form.name}`;
}

/** Whoever may see an application sees all of it. */
function pieceKey({ service }: Application, namespace: string, form: Form): string {
  return `eureka app ${namespace}/${ServiceName.fold(service)} ${form.name}`;
}
