/**
 * Registrations from the log, a page at a time. Neighbours in the log are instances of one service, which say mostly the
 * same of themselves. So a record is read in two parts: what is its own is scanned, and what it has in common with others
 * is looked up as it stands, already parsed, checked and shared.
 */
import {
  areTexts,
  decodeInstance,
  isCommonPart,
  isWhollyRead,
  keptIn,
  type CommonPart,
  type OwnPart,
  type ReadInstance,
} from './decode-instance.js';
import type { EncodedRecord } from './encoded.js';
import { healthOf } from '../catalog/health.js';
import { bornCircumstances, type Instance } from '../catalog/instance.js';
import { OwnScanner, type ScannedOwn } from './own-scanner.js';
import type { Bytes } from '../ports/store.js';
import { incarnationIn } from './records.js';
import type { Kept, Registration } from '../catalog/registration.js';
import { Sharing } from '../view/sharing.js';
import { decodeUtf8 } from './utf8.js';

/** Common parts that are remembered: those of all services that are read at a time, and of many more. */
const COMMON_MAX = 16_384;

const nothing: Bytes = new Uint8Array();

type Common = Omit<Registration, keyof OwnPart> & Pick<Instance, 'health'>;

/** What is an instance's own, shared as far as others say it too. */
type Own = Pick<Instance, 'id' | 'host' | 'port' | 'machine' | 'metadata' | 'incarnation' | 'registeredAtMs'> & {
  readonly kept: Kept | undefined;
};

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
  readonly #scanner: OwnScanner = new OwnScanner(this.#sharing.names);
  /** By their text. */
  readonly #common = new Map<string, Common>();
  /** The latest record: where its common part begins, and what that says. */
  #latest: Bytes = nothing;
  #latestFrom = 0;
  #latestCommon: Common | null = null;
  /** `null`: they cannot be read. */
  #latestMetadata: Instance['metadata'] | null = null;

  /** What each of them says; `null` for one that cannot be read, or not wholly. */
  read(records: readonly PresentRecord[]): readonly (Instance | null)[] {
    const scanned = records.map(({ value }) => this.#scanner.scan(value));
    const gathered = this.#scanner.gathered();
    const page = gathered && new Gathered(gathered);
    const read = records.map((record, at) => {
      const own = scanned[at] ?? null;
      const born = page === null || own === null ? null : this.#bornAs(record, own, page);
      return born ?? wholly(this.readOne(record));
    });
    // Nobody holds a page.
    [this.#latest, this.#latestFrom, this.#latestCommon] = [nothing, 0, null];
    return read;
  }

  /** `null` for one that cannot be read. */
  readOne(record: PresentRecord): ReadRegistration | null {
    const read = decodeInstance(record.value);
    if (read === null) return null;
    return { born: this.bornOf(record, read), isWhole: isWhollyRead(read) };
  }

  /** What it is as long as nothing was found or said about it. */
  bornOf(record: EncodedRecord, read: ReadInstance): Instance {
    const own = {
      id: read.id,
      host: read.host ?? null,
      port: read.port ?? null,
      machine: this.#sharing.text(read.machine),
      metadata: this.#sharing.metadata(read.metadata),
      incarnation: read.incarnation,
      registeredAtMs: read.registeredAtMs,
      kept: keptIn(read),
    };
    return this.#born(record, own, this.#commonOf(read));
  }

  /** `null` for one that has to be read by itself. */
  #bornAs(record: PresentRecord, scanned: ScannedOwn, gathered: Gathered): Instance | null {
    const id = gathered.next() as Own['id'];
    const host = scanned.hasHost ? (gathered.next() as Own['host']) : null;
    if (scanned.metadata === 'gathered') this.#latestMetadata = this.#sharedTexts(gathered.next());
    const metadata = scanned.metadata === 'none' ? this.#sharing.metadata(undefined) : this.#latestMetadata;
    const kept = scanned.isKept ? gathered.next() : undefined;
    const common = this.#commonIn(record.value, scanned.end);
    if (common === null || metadata === null || (kept !== undefined && !areTexts(kept))) return null;
    const { port, incarnation, registeredAtMs } = scanned;
    const machine = scanned.machine as Own['machine'];
    return this.#born(record, { id, host, port, machine, metadata, incarnation, registeredAtMs, kept }, common);
  }

  #sharedTexts(table: unknown): Instance['metadata'] | null {
    return areTexts(table) ? this.#sharing.metadata(table) : null;
  }

  /** Mostly its neighbour's, as a comparison tells. */
  #commonIn(record: Bytes, from: number): Common | null {
    if (!isSameEnd(record, from, this.#latest, this.#latestFrom)) {
      const text = decoded(record.subarray(from));
      this.#latestCommon = text === null ? null : (this.#common.get(text) ?? this.#readCommon(text));
    }
    [this.#latest, this.#latestFrom] = [record, from];
    return this.#latestCommon;
  }

  #readCommon(text: string): Common | null {
    const part = text.startsWith(',') ? parsed(`{${text.slice(1)}`) : null;
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
  #born({ createRevision, revision }: EncodedRecord, own: Own, common: Common): Instance {
    const { verdicts, healthRevision, held, intent, intentRevision } = bornCircumstances;
    return {
      namespace: common.namespace,
      service: common.service,
      id: own.id,
      host: own.host,
      port: own.port,
      ports: common.ports,
      tags: common.tags,
      metadata: own.metadata,
      weight: common.weight,
      zone: common.zone,
      region: common.region,
      version: common.version,
      machine: own.machine,
      checks: common.checks,
      deregisterAfterMs: common.deregisterAfterMs,
      origin: own.kept === undefined ? common.origin : { face: common.origin.face, kept: own.kept },
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

/** What was gathered from a page, one after the other. */
class Gathered {
  readonly #values: readonly unknown[];
  #at = 0;

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  next(): unknown {
    return this.#values[this.#at++];
  }
}

function wholly(read: ReadRegistration | null): Instance | null {
  return read?.isWhole === true ? read.born : null;
}

/** Whether both end with the same bytes, each from its own place on. */
function isSameEnd(bytes: Bytes, from: number, other: Bytes, otherFrom: number): boolean {
  const shift = otherFrom - from;
  if (bytes.length + shift !== other.length) return false;
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== other[at + shift]) return false;
  return true;
}

function decoded(bytes: Bytes): string | null {
  try {
    return decodeUtf8(bytes);
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
