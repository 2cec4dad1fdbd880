/**
 * Registrations from the log, a page at a time. Neighbours in the log are instances of one service, which say mostly the
 * same of themselves. So each record's text is cut in two: what is its own is parsed, and what it has in common with
 * others is looked up as it stands, already parsed, checked and shared.
 */
import {
  COMMON_BEGINS,
  decodeInstance,
  isCommonPart,
  isOwnPart,
  isWhollyRead,
  keptIn,
  type CommonPart,
  type OwnPart,
} from './decode-instance.js';
import type { EncodedRecord } from './encoded.js';
import { healthOf } from '../catalog/health.js';
import { bornCircumstances, type Instance } from '../catalog/instance.js';
import { incarnationIn, type InstanceRecord } from './records.js';
import type { Registration } from '../catalog/registration.js';
import { Sharing } from '../view/sharing.js';
import { decodeUtf8 } from './utf8.js';

/** Common parts that are remembered: those of all services that are read at a time, and of many more. */
const COMMON_MAX = 16_384;

const CUT = `,"${COMMON_BEGINS}":`;

/** In the place of one that cannot be cut: no own part. */
const NO_HEAD = '{"":0';

type Common = Omit<Registration, keyof OwnPart> & Pick<Instance, 'health'>;

/** A record with a value. */
export interface PresentRecord extends EncodedRecord {
  readonly value: NonNullable<EncodedRecord['value']>;
}

export interface ReadRegistration {
  /** The instance that it is as long as nothing was found or said about it. */
  readonly born: Instance;
  /** Nothing stands in the record that is not understood here. */
  readonly isWhole: boolean;
}

export class RegistrationReader {
  readonly #sharing = new Sharing();
  /** By their text. */
  readonly #common = new Map<string, Common>();

  /** What each of them says; `null` for one that cannot be read, or not wholly. */
  read(records: readonly PresentRecord[]): readonly (Instance | null)[] {
    const page = this.#readPage(records);
    return records.map((record, at) => page?.[at] ?? wholly(this.readOne(record)));
  }

  /** `null` for one that cannot be read. */
  readOne(record: PresentRecord): ReadRegistration | null {
    const read = decodeInstance(record.value);
    if (read === null) return null;
    return { born: this.#born(record, read, this.#commonOf(read)), isWhole: isWhollyRead(read) };
  }

  /** What it is as long as nothing was found or said about it. */
  bornOf(record: EncodedRecord, read: InstanceRecord): Instance {
    return this.#born(record, read, this.#commonOf(read));
  }

  /** `null` for the whole page, or for one of it, that has to be read by itself. */
  #readPage(records: readonly PresentRecord[]): readonly (Instance | null)[] | null {
    const page = pageText(records);
    if (page === null) return null;
    const heads: string[] = [];
    const commons: (Common | null)[] = [];
    let latest: Common | null = null;
    let latestTail = '';
    let from = 0;
    for (const { value } of records) {
      const to = from + value.length;
      // Mostly its neighbour's, as a comparison tells: that is quicker than to search and to look up.
      const guess = to - latestTail.length;
      if (latest !== null && guess > from && page.slice(guess, to) === latestTail) {
        heads.push(page.slice(from, guess));
        commons.push(latest);
      } else {
        const cut = cutIn(page, from, to);
        heads.push(cut === null ? NO_HEAD : page.slice(from, cut));
        commons.push(cut === null ? null : (latest = this.#commonIn(page, cut, to)));
        latestTail = latest === null || cut === null ? '' : page.slice(cut, to);
      }
      from = to;
    }
    const owns = parsed(`[${heads.join('},')}}]`);
    // A broken one may borrow from its neighbours what it needs to look whole.
    if (!Array.isArray(owns) || owns.length !== records.length) return null;
    return records.map((record, at) => {
      const [own, common] = [owns[at] as unknown, commons[at] ?? null];
      return common !== null && isOwnPart(own) ? this.#born(record, own, common) : null;
    });
  }

  #commonIn(page: string, cut: number, to: number): Common | null {
    // Put together, so that what is remembered does not hold the whole page.
    const text = `{${page.slice(cut + 1, to)}`;
    return this.#common.get(text) ?? this.#readCommon(text);
  }

  #readCommon(text: string): Common | null {
    const part = parsed(text);
    const common = isCommonPart(part) ? this.#commonOf(part) : null;
    if (common === null) return null;
    if (this.#common.size >= COMMON_MAX) this.#common.clear();
    this.#common.set(text, common);
    return common;
  }

  #commonOf(part: CommonPart): Common {
    const sharing = this.#sharing;
    const checks = sharing.checks(part.checks);
    return {
      namespace: sharing.name(part.namespace),
      service: sharing.name(part.service),
      ports: sharing.ports(part.ports),
      tags: sharing.tags(part.tags),
      weight: part.weight,
      zone: sharing.text(part.zone),
      region: sharing.text(part.region),
      version: sharing.text(part.version),
      checks,
      health: healthOf({ checks }, bornCircumstances.verdicts),
      deregisterAfterMs: part.deregisterAfterMs ?? null,
      origin: sharing.origin(part.origin),
    };
  }

  /**
   * At once as it will be shown, because a million of them are: what is read and copied would be two million. The law: it is what
   * `instanceOf` makes of it as it was born.
   */
  #born({ createRevision, revision }: EncodedRecord, own: OwnPart, common: Common): Instance {
    const { verdicts, healthRevision, held, intent, intentRevision } = bornCircumstances;
    const kept = keptIn(own);
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
      origin: kept === undefined ? common.origin : { face: common.origin.face, kept },
      incarnation: incarnationIn(own, createRevision),
      registeredAtMs: own.registeredAtMs,
      createRevision,
      revision,
      healthRevision,
      mode: 'in',
      health: common.health,
      verdicts,
      intent,
      intentRevision,
      held,
    };
  }
}

function wholly(read: ReadRegistration | null): Instance | null {
  return read?.isWhole === true ? read.born : null;
}

/** Where the common part begins; `null` if there is none. Metadata may have an entry of that name, but its value is a text. */
function cutIn(page: string, from: number, to: number): number | null {
  let cut = page.indexOf(CUT, from);
  while (cut !== -1 && page[cut + CUT.length] === '"') cut = page.indexOf(CUT, cut + 1);
  return cut !== -1 && cut < to ? cut : null;
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
