/**
 * One service as an etcd has it: read once, and then watched. A watch that breaks begins anew with reading, whatever it broke of:
 * another member, a compaction, an etcd that was set back. What was read last stays until something newer is.
 */
import { encodeProto, etcdCalls, writeWatchCreate, type EtcdEvent, type EtcdKeyValue, type EtcdWatchResponse } from '@rollcall/wire';
import type { Asking } from './asking.js';
import { endpointOf, prefixOf, type EtcdEndpoint } from './endpoint-value.js';
import { failureOf, unanswered, watchRefused, type EtcdFailure } from './failure.js';
import { bytesOf, endOf, textOf } from './key-text.js';

export interface ServiceListener {
  /** Somebody came, went or moved; the first list too. */
  changed(): void;
  /** etcd does not say who is there. */
  failed(failure: EtcdFailure): void;
}

export class EtcdService {
  readonly #asking: Asking;
  readonly #prefix: string;
  readonly #listeners = new Set<ServiceListener>();
  #endpoints: ReadonlyMap<string, EtcdEndpoint> | null = null;
  #current: readonly EtcdEndpoint[] | null = null;
  #failure: EtcdFailure | null = null;
  #ending: AbortController | null = null;

  constructor(asking: Asking, service: string) {
    this.#asking = asking;
    this.#prefix = prefixOf(service);
  }

  get known(): boolean {
    return this.#endpoints !== null;
  }

  /** By their keys, in order. */
  get current(): readonly EtcdEndpoint[] {
    return (this.#current ??= [...(this.#endpoints ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint));
  }

  get isFollowed(): boolean {
    return this.#listeners.size > 0;
  }

  /** The first one begins; the answer ends. What is known already is told at once. */
  follow(listener: ServiceListener): () => void {
    this.#listeners.add(listener);
    if (this.known) listener.changed();
    else if (this.#failure !== null) listener.failed(this.#failure);
    if (this.#ending === null) void this.#run((this.#ending = new AbortController()).signal);
    return () => {
      this.#listeners.delete(listener);
      if (!this.isFollowed) this.end();
    };
  }

  end(): void {
    this.#ending?.abort();
    this.#ending = null;
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const revision = await this.#read(signal);
        await this.#watch(revision + 1, signal, () => (attempt = 0));
      } catch (thrown) {
        if (signal.aborted) return;
        this.#failure = failureOf(thrown);
        for (const listener of this.#listeners) listener.failed(this.#failure);
        await this.#asking.pause(Math.max(attempt, 1), signal);
      }
    }
  }

  /** Answers the revision of what it found. */
  async #read(signal: AbortSignal): Promise<number> {
    // At first any member's word will do, also that of one that has lost the others; later none that is behind what is known.
    const request = { key: bytesOf(this.#prefix), rangeEnd: endOf(this.#prefix), serializable: !this.known };
    const { kvs, header } = await this.#asking.ask(etcdCalls.range, request);
    if (signal.aborted) return header.revision;
    this.#become(new Map(endpointsIn(kvs).map((endpoint) => [endpoint.key, endpoint])));
    return header.revision;
  }

  /** Settles, by rejecting, when there is nothing more to be heard. */
  async #watch(fromRevision: number, signal: AbortSignal, wentWell: () => void): Promise<void> {
    const { stream, left, end } = await this.#asking.open(etcdCalls.watch);
    const parts: EtcdEvent[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        stream.on('error', reject);
        stream.on('end', () => reject(unanswered('etcd ended the stream of a watch.')));
        stream.on('data', (response: EtcdWatchResponse) => {
          if (signal.aborted) return;
          if (response.canceled) return reject(refusalIn(response));
          wentWell();
          this.#failure = null;
          parts.push(...response.events);
          // What belongs together comes together, though in pieces.
          if (!response.fragment) this.#take(parts.splice(0));
        });
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
        stream.write(
          encodeProto((writer) =>
            writeWatchCreate({ key: bytesOf(this.#prefix), rangeEnd: endOf(this.#prefix), startRevision: fromRevision }, writer),
          ),
        );
      });
    } catch (thrown) {
      left(thrown);
      throw thrown;
    } finally {
      end();
    }
  }

  #take(events: readonly EtcdEvent[]): void {
    if (events.length === 0) return;
    const endpoints = new Map(this.#endpoints);
    for (const { type, kv } of events) {
      const key = textOf(kv.key);
      const endpoint = type === 'put' ? endpointOf(key, textOf(kv.value)) : undefined;
      if (endpoint === undefined) endpoints.delete(key);
      else endpoints.set(key, endpoint);
    }
    this.#become(endpoints);
  }

  #become(endpoints: ReadonlyMap<string, EtcdEndpoint>): void {
    const isSame = this.#endpoints !== null && isAlike(this.#endpoints, endpoints);
    this.#endpoints = endpoints;
    this.#failure = null;
    if (isSame) return;
    this.#current = null;
    for (const listener of this.#listeners) listener.changed();
  }
}

/** Whatever else stands there is none of ours. */
export function endpointsIn(records: readonly EtcdKeyValue[]): readonly EtcdEndpoint[] {
  return records.flatMap(({ key, value }) => endpointOf(textOf(key), textOf(value)) ?? []);
}

function refusalIn({ compactRevision, cancelReason }: EtcdWatchResponse): EtcdFailure {
  if (compactRevision > 0) return unanswered(`etcd has forgotten what was before revision ${compactRevision}.`);
  return watchRefused(cancelReason === '' ? 'without a word' : cancelReason);
}

function isAlike(one: ReadonlyMap<string, EtcdEndpoint>, other: ReadonlyMap<string, EtcdEndpoint>): boolean {
  return one.size === other.size && [...one].every(([key, endpoint]) => JSON.stringify(endpoint) === JSON.stringify(other.get(key)));
}
