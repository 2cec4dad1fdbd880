/** Short words for what the tests of this folder ask of a store. Texts stand for bytes, one character each. */
import {
  allKeys,
  fromText,
  singleKey,
  toText,
  type DeleteOperation,
  type GetOperation,
  type LeaseId,
  type PutOperation,
  type RevisionBatch,
  type Store,
} from '@rollcall/core';

export function put(key: string, value: string, lease: LeaseId = 0n): PutOperation {
  return { type: 'put', key: fromText(key), value: fromText(value), ...(lease === 0n ? {} : { lease }) };
}

export function remove(key: string): DeleteOperation {
  return { type: 'delete', range: singleKey(fromText(key)) };
}

export function get(key: string): GetOperation {
  return { type: 'get', range: singleKey(fromText(key)) };
}

export async function write(store: Store, ...then: (PutOperation | DeleteOperation)[]): Promise<number> {
  return (await store.commit({ then })).revision;
}

/** `['a=1', 'b=2']` */
export async function pairs(store: Store, revision?: number): Promise<string[]> {
  const { entries } = await store.range({ range: allKeys, ...(revision === undefined ? {} : { revision }) });
  return entries.map(({ key, value }) => `${toText(key)}=${toText(value)}`);
}

/** `['2: a=1 -b']`, and more as it comes. */
export function listen(store: Store, fromRevision?: number): string[] {
  const heard: string[] = [];
  const request = { range: allKeys, ...(fromRevision === undefined ? {} : { fromRevision }) };
  store.watch(request, { next: (batch) => void heard.push(told(batch)), ended: () => undefined });
  return heard;
}

function told({ revision, changes }: RevisionBatch): string {
  const texts = changes.map((change) =>
    change.type === 'put' ? `${toText(change.entry.key)}=${toText(change.entry.value)}` : `-${toText(change.key)}`,
  );
  return `${revision}: ${texts.join(' ')}`;
}

/** The error that it is refused with. */
export async function refusal(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    (value) => Promise.reject(new Error(`should be refused, but answers ${String(value)}`)),
    (reason: unknown) => reason,
  );
}
