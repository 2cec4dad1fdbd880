/** Reading ranges of any size: page by page, all as of one revision, none larger than a message should be. */
import { isRollcallError, RollcallError, type Entry, type RangeRequest, type RangeResult } from '@rollcall/core';
import type { EtcdRangeResponse } from '@rollcall/wire';
import * as calls from './calls.js';
import type { Cluster } from './cluster.js';
import type { Keyspace } from './keyspace.js';
import { rangeOf, rangeResultOf } from './transaction.js';

/** A page: enough to be quick, little enough that neither side stops to do it. */
const PAGE_BYTES = 2 * 1024 * 1024;
const PAGE_ENTRIES_FIRST = 1_000;
const PAGE_ENTRIES_MAX = 20_000;

/** A long read of the present may find itself compacted away by then, and begins anew. */
const ATTEMPTS_MAX = 3;

export async function readRange(cluster: Cluster, keyspace: Keyspace, request: RangeRequest): Promise<RangeResult> {
  // To etcd 0 is no revision, and means now; no log has one.
  if (request.revision === 0) throw new RollcallError('revision-compacted', 'There was nothing at revision 0.');
  for (let attempt = 1; ; attempt++) {
    try {
      return await readPages(cluster, keyspace, request);
    } catch (error) {
      const passedBy = request.revision === undefined && isRollcallError(error, 'revision-compacted');
      if (!passedBy || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function readPages(cluster: Cluster, keyspace: Keyspace, request: RangeRequest): Promise<RangeResult> {
  const wanted = request.limit ?? Infinity;
  const entries: Entry[] = [];
  let pageEntries = PAGE_ENTRIES_FIRST;
  let first: EtcdRangeResponse | null = null;
  let { range } = request;
  for (;;) {
    const limit = Math.min(wanted - entries.length, pageEntries);
    const page: RangeRequest = {
      ...request,
      range,
      limit,
      ...(first === null ? {} : { revision: request.revision ?? first.header.revision }),
    };
    const response: EtcdRangeResponse = await cluster.ask(calls.range, rangeOf(page, keyspace));
    first ??= response;
    const result = rangeResultOf(page, response, keyspace, first.header.revision);
    entries.push(...result.entries);
    const last = entries.at(-1);
    if (!result.more || entries.length >= wanted || last === undefined) {
      return { revision: first.header.revision, entries, more: result.more, ...(request.count === true ? { count: first.count } : {}) };
    }
    range = { from: behind(last.key), to: range.to };
    pageEntries = nextPage(result.entries);
  }
}

/** As many as would have filled a page. */
function nextPage(entries: readonly Entry[]): number {
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return Math.max(1, Math.min(PAGE_ENTRIES_MAX, Math.floor((entries.length * PAGE_BYTES) / Math.max(bytes, 1))));
}

function behind(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
