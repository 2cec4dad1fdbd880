/** A catalog whose view is fed by hand, as the log would feed it, and whoever stands beside that view. */
import {
  encodeHealthRecord,
  encodeInstanceRecord,
  everything,
  Projection,
  readRegistration,
  recordKey,
  type Caller,
  type CatalogView,
  type EncodedBatch,
  type EncodedRecord,
  type EncodedSink,
} from '@rollcall/core';
import type { Source } from './feed.js';

const someone: Caller = { identity: 'anonymous', may: everything, from: '', face: 'test' };

const SERVICES = 7;

export class SomeCatalog implements Source {
  readonly view: Projection = new Projection();
  readonly #sinks = new Set<EncodedSink>();
  #revision = 10;

  pages(): Iterable<readonly EncodedRecord[]> {
    return this.view.pages();
  }

  feed(sink: EncodedSink): () => void {
    this.#sinks.add(sink);
    return () => void this.#sinks.delete(sink);
  }

  /** The log is read, from its beginning to its end. */
  read(count: number, epoch: string = 'e1'): void {
    this.readPart(0, count, epoch);
    this.readEnd();
  }

  readPart(from: number, to: number, epoch: string = 'e1'): void {
    if (from === 0) this.#tell((sink) => sink.begin({ epoch, revision: this.#revision }));
    const page = Array.from({ length: to - from }, (_, at) => this.#registration(from + at, this.#revision));
    this.#tell((sink) => sink.page(page));
  }

  readEnd(): void {
    this.#tell((sink) => sink.finish());
  }

  come(at: number, metadata: Readonly<Record<string, string>> = {}): void {
    this.#apply((revision) => this.#registration(at, revision, metadata));
  }

  leave(at: number): void {
    this.#apply(() => ({ key: recordKey('instances', registrationOf(at)), value: null, createRevision: 0, revision: 0 }));
  }

  turn(at: number, status: 'critical' | 'passing'): void {
    const verdicts = { heartbeat: { status, reason: 'lapse', sinceMs: 5, output: '' } } as const;
    const value = encodeHealthRecord({ verdicts, heldSinceMs: null, unknown: {} });
    this.#apply((revision) => ({ key: recordKey('health', registrationOf(at)), value, createRevision: revision, revision }));
  }

  stale(sinceMs: number | null): void {
    this.#tell((sink) => sink.stale(sinceMs));
  }

  #apply(record: (revision: number) => EncodedRecord): void {
    const revision = ++this.#revision;
    const batch: EncodedBatch = { revision, records: [record(revision)] };
    this.#tell((sink) => sink.apply(batch));
  }

  #tell(one: (sink: EncodedSink) => void): void {
    one(this.view);
    for (const sink of this.#sinks) one(sink);
  }

  #registration(at: number, revision: number, metadata: Readonly<Record<string, string>> = {}): EncodedRecord {
    const one = { ...registrationOf(at), metadata };
    const value = encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: {} });
    return { key: recordKey('instances', one), value, createRevision: revision, revision };
  }
}

function registrationOf(at: number): ReturnType<typeof readRegistration> {
  const fields = { service: `service-${at % SERVICES}`, id: `i${at}`, host: '10.0.0.5', port: 8000 + (at % 50), tags: ['a'] };
  return readRegistration(fields, { face: 'native' });
}

/** All that a view shows and that does not depend on when it began. */
export function shownBy(view: CatalogView, caller: Caller = someone): unknown {
  const instances = [...view.allInstances(caller)].sort((left, right) => (left.id < right.id ? -1 : 1));
  const services = view.namespaces(caller).map((namespace) => view.services(namespace, caller));
  return { epoch: view.epoch, revision: view.revision, instances, services };
}
