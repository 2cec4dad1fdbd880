/** `/v1/kv`: keys and values, and the locks on them. */
import { demandRight, Namespace, type Caller, type Right } from '@rollcall/core';
import type { HttpReply } from '../../../shared/http-face.js';
import { json } from '../answer.js';
import { bigJson } from '../big-json.js';
import type { Kept } from '../kept-keys.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import type { Shown, Watched } from '../waiting/watched.js';
import type { KvEntry } from '../keyspace/kv-table.js';
import { KvDraft, NoSession } from './draft.js';
import { listedKeys, shownEntry } from './show.js';

/** Consul's own. */
export const VALUE_BYTES_MAX: number = 512 * 1024;

export function kvRoutes(kept: Kept): readonly ConsulRoute[] {
  const path = '/kv/*';
  return [
    { method: 'GET', path, right: 'read', handle: (ask) => read(ask, kept) },
    { method: 'PUT', path, right: 'write', bodyBytesMax: VALUE_BYTES_MAX, handle: (ask) => put(ask, kept) },
    { method: 'DELETE', path, right: 'write', handle: (ask) => remove(ask, kept) },
  ];
}

/** Keys belong to no service: whoever may do it to all of them may do it here. */
export function demandKeys(caller: Caller, right: Right): void {
  demandRight(caller, right, { namespace: Namespace.default });
}

async function read(ask: Ask, kept: Kept): Promise<HttpReply> {
  demandKeys(ask.caller, 'read');
  const watched = watchedKeys(ask, kept);
  await kept.confirmFor(ask);
  return kept.reads.answer(ask, watched);
}

function watchedKeys(ask: Ask, kept: Kept): Watched {
  const { query, rest: key } = ask;
  const pretty = query.has('pretty');
  const manner = pretty ? 'pretty ' : '';
  if (query.has('keys')) {
    const separator = query.text('separator') || query.text('seperator');
    const list = (): Shown => {
      const keys = listedKeys(namesOf(kept.keyspace.kv.under(key)), key, separator);
      // That there are none at all is no absence.
      return keys.length === 0 && key !== '' ? NOTHING : { body: bigJson(keys, pretty) };
    };
    return { ...under(kept, key), key: `kv keys ${manner}${JSON.stringify([key, separator])}`, read: list };
  }
  if (query.has('recurse'))
    return { ...under(kept, key), key: `kv tree ${manner}${key}`, read: () => shown([...kept.keyspace.kv.under(key)]) };
  if (key === '') throw missingKey();
  const one = {
    index: () => kept.indexes.of(kept.keyspace.kv.movedKey(key)),
    listen: (moved: () => void) => kept.keyspace.listen({ shelf: 'kv', key }, moved),
    isPrompt: true,
  };
  if (query.has('raw')) return { ...one, key: `kv raw ${key}`, read: () => raw(kept.keyspace.kv.get(key)) };
  return { ...one, key: `kv ${manner}${key}`, read: () => shown([kept.keyspace.kv.get(key)]) };

  function shown(entries: readonly (KvEntry | undefined)[]): Shown {
    const found = entries.filter((entry) => entry !== undefined);
    if (found.length === 0) return NOTHING;
    return {
      body: bigJson(
        found.map((entry) => shownEntry(entry, kept.indexes)),
        pretty,
      ),
    };
  }
}

function under({ keyspace, indexes }: Kept, prefix: string): Pick<Watched, 'index' | 'listen' | 'isPrompt'> {
  return {
    isPrompt: true,
    index: () => indexes.of(keyspace.kv.movedUnder(prefix)),
    listen: (moved) => keyspace.listen({ shelf: 'kv', prefix }, moved),
  };
}

function* namesOf(entries: Iterable<KvEntry>): Generator<string> {
  for (const { key } of entries) yield key;
}

const NOTHING: Shown = { status: 404, body: null };

/** Whatever it holds is no page, and no script of ours. */
const RAW_HEADERS = ['x-content-type-options', 'nosniff', 'content-security-policy', 'sandbox'];

function raw(entry: KvEntry | undefined): Shown {
  if (entry === undefined) return NOTHING;
  const { value } = entry;
  const body = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { mediaType: 'text/plain', headers: RAW_HEADERS, body };
}

async function put(ask: Ask, kept: Kept): Promise<HttpReply> {
  demandKeys(ask.caller, 'write');
  const { query, rest: key, body } = ask;
  if (key === '') throw missingKey();
  demandOne(ask, ['cas', 'acquire', 'release']);
  const written = { value: body, flags: query.demandedWhole('flags', 'Invalid value for ?flags: it is no number of 64 bits') ?? 0n };
  const cas = query.demandedWhole('cas', 'Invalid value for ?cas: it is no number of 64 bits');
  const verb = (draft: KvDraft): boolean => {
    if (cas !== undefined) return draft.cas(key, written, kept.revisionOf(cas)) !== null;
    if (query.has('acquire')) return draft.lock(key, written, query.text('acquire')) !== null;
    if (query.has('release')) return draft.unlock(key, written, query.text('release')) !== null;
    draft.set(key, written);
    return true;
  };
  return json(ask, await writeKey(key, verb, kept));
}

async function remove(ask: Ask, kept: Kept): Promise<HttpReply> {
  demandKeys(ask.caller, 'write');
  const { query, rest: key } = ask;
  demandOne(ask, ['recurse', 'cas']);
  if (key === '' && !query.has('recurse')) throw missingKey();
  const cas = query.demandedWhole('cas', 'Invalid value for ?cas: it is no number of 64 bits');
  const verb = (draft: KvDraft): boolean => {
    if (query.has('recurse')) draft.deleteTree(key);
    else if (cas === undefined) draft.delete(key);
    else return draft.deleteCas(key, kept.revisionOf(cas));
    return true;
  };
  return json(ask, await writeKey(key, verb, kept));
}

async function writeKey(key: string, verb: (draft: KvDraft) => boolean, { keyspace, writer, settleHolder }: Kept): Promise<boolean> {
  await settleHolder(key);
  return writer.write(`kv/${key}`, () => {
    const draft = new KvDraft(keyspace);
    const succeeded = inWords(() => verb(draft));
    return { when: draft.conditions, then: draft.operations, answer: () => succeeded };
  });
}

function inWords<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof NoSession ? new ConsulRefusal(500, error.message) : error;
  }
}

function demandOne({ query }: Ask, names: readonly string[]): void {
  const said = names.filter((name) => query.has(name));
  if (said.length > 1) throw new ConsulRefusal(400, `Conflicting flags: ${said.join('&')}`);
}

function missingKey(): ConsulRefusal {
  return new ConsulRefusal(400, 'Missing key name');
}
