/**
 * Registrations from the log, a page at a time. Neighbours in the log are instances of one service, which say mostly the
 * same of themselves. So each record's text is cut in two: what is its own is parsed, and what it has in common with
 * others is looked up as it stands, already parsed, checked and shared.
 */
import { COMMON_BEGINS, decodeInstance, isCommonPart, isOwnPart, isWhollyRead, type CommonPart, type OwnPart } from './decode-instance.js';
import type { EncodedRecord } from './encoded.js';
import type { Registered } from './instance.js';
import { incarnationIn } from './records.js';
import { Sharing } from './sharing.js';
import { decodeUtf8 } from './utf8.js';

/** Common parts that are remembered: those of all services that are read at a time, and of many more. */
const COMMON_MAX = 16_384;

const CUT = `,"${COMMON_BEGINS}":`;

type Common = Omit<Registered, keyof OwnPart | 'createRevision' | 'revision'>;

/** A record with a value. */
export interface PresentRecord extends EncodedRecord {
  readonly value: NonNullable<EncodedRecord['value']>;
}

export interface ReadRegistration {
  readonly registered: Registered;
  /** Nothing stands in the record that is not understood here. */
  readonly isWhole: boolean;
}

export class RegistrationReader {
  readonly #sharing = new Sharing();
  /** By their text. */
  readonly #common = new Map<string, Common>();

  /** What each of them says; `null` for one that cannot be read, or not wholly. */
  read(records: readonly PresentRecord[]): readonly (Registered | null)[] {
    const page = this.#readPage(records);
    return records.map((record, at) => page?.[at] ?? wholly(this.readOne(record)));
  }

  /** `null` for one that cannot be read. */
  readOne(record: PresentRecord): ReadRegistration | null {
    const read = decodeInstance(record.value);
    if (read === null) return null;
    return { registered: this.#registered(record, read, this.#commonOf(read)), isWhole: isWhollyRead(read) };
  }

  /** `null` for the whole page, or for one of it, that has to be read by itself. */
  #readPage(records: readonly PresentRecord[]): readonly (Registered | null)[] | null {
    const page = pageText(records);
    if (page === null) return null;
    const heads: string[] = [];
    const commons: (Common | null)[] = [];
    let from = 0;
    for (const { value } of records) {
      const to = from + value.length;
      const cut = cutIn(page, from);
      const isCut = cut !== -1 && cut < to;
      heads.push(isCut ? `${page.slice(from, cut)}}` : 'null');
      commons.push(isCut ? this.#commonIn(`{${page.slice(cut + 1, to)}`) : null);
      from = to;
    }
    const owns = parsed(`[${heads.join()}]`);
    // A broken one may borrow from its neighbours what it needs to look whole.
    if (!Array.isArray(owns) || owns.length !== records.length) return null;
    return records.map((record, at) => {
      const [own, common] = [owns[at] as unknown, commons[at] ?? null];
      return common !== null && isOwnPart(own) ? this.#registered(record, own, common) : null;
    });
  }

  #commonIn(text: string): Common | null {
    const known = this.#common.get(text);
    if (known !== undefined) return known;
    const part = parsed(text);
    const common = isCommonPart(part) ? this.#commonOf(part) : null;
    if (common === null) return null;
    if (this.#common.size >= COMMON_MAX) this.#common.clear();
    this.#common.set(text, common);
    return common;
  }

  #commonOf(part: CommonPart): Common {
    const sharing = this.#sharing;
    return {
      namespace: sharing.name(part.namespace),
      service: sharing.name(part.service),
      ports: sharing.ports(part.ports),
      tags: sharing.tags(part.tags),
      weight: part.weight,
      zone: sharing.text(part.zone),
      region: sharing.text(part.region),
      version: sharing.text(part.version),
      checks: sharing.checks(part.checks),
      deregisterAfterMs: part.deregisterAfterMs ?? null,
      origin: sharing.origin(part.origin),
    };
  }

  #registered({ createRevision, revision }: EncodedRecord, own: OwnPart, common: Common): Registered {
    return {
      namespace: common.namespace,
      service: common.service,
      id: own.id,
      host: own.host ?? null,
      port: own.port ?? null,
      ports: common.ports,
      tags: common.tags,
      metadata: this.#sharing.metadata(own.metadata),
      weight: common.weight,
      zone: common.zone,
      region: common.region,
      version: common.version,
      machine: this.#sharing.text(own.machine),
      checks: common.checks,
      deregisterAfterMs: common.deregisterAfterMs,
      origin: common.origin,
      incarnation: incarnationIn(own, createRevision),
      registeredAtMs: own.registeredAtMs,
      createRevision,
      revision,
    };
  }
}

function wholly(read: ReadRegistration | null): Registered | null {
  return read?.isWhole === true ? read.registered : null;
}

/** Where the common part begins. Metadata may have an entry of that name, but its value is a text. */
function cutIn(page: string, from: number): number {
  let cut = page.indexOf(CUT, from);
  while (cut !== -1 && page[cut + CUT.length] === '"') cut = page.indexOf(CUT, cut + 1);
  return cut;
}

/** All values in a row; `null` if bytes and characters are not the same in them. */
function pageText(records: readonly PresentRecord[]): string | null {
  let length = 0;
  for (const { value } of records) length += value.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const { value } of records) {
    joined.set(value, at);
    at += value.length;
  }
  try {
    const text = decodeUtf8(joined);
    return text.length === length ? text : null;
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
