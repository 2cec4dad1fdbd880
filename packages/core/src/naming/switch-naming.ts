/** Switching on and off that instances are shown as keys: said in the log, so that all nodes agree; what is left behind is taken out later. */
import type { Entry, Store } from '../ports/store.js';
import { singleKey } from '../store/key-range.js';
import { decodeNamingRecord, encodeNamingRecord, namingKey, noNaming, type NamingState } from './naming-record.js';

/** `null`: not at all. */
export function switchNaming(store: Pick<Store, 'commit'>, prefix: string | null): Promise<void> {
  return change(store, (before) => {
    if (before.prefix === prefix) return before;
    const left = before.prefix === null ? before.leaving : [...new Set([...before.leaving, before.prefix])];
    return { prefix, leaving: left.filter((one) => one !== prefix) };
  });
}

/** Nothing is left behind this prefix. */
export function endLeaving(store: Pick<Store, 'commit'>, prefix: string): Promise<void> {
  return change(store, (before) => {
    return before.leaving.includes(prefix) ? { ...before, leaving: before.leaving.filter((one) => one !== prefix) } : before;
  });
}

const ATTEMPTS_MAX = 10;

/** Whoever is faster is heard first. */
async function change(store: Pick<Store, 'commit'>, next: (before: NamingState) => NamingState): Promise<void> {
  const range = singleKey(namingKey);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { results } = await store.commit({ then: [{ type: 'get', range }] });
    const entry: Entry | undefined = results[0]?.type === 'get' ? results[0].entries[0] : undefined;
    const { prefix, leaving }: NamingState = (entry && decodeNamingRecord(entry.value)) ?? noNaming;
    const before: NamingState = { prefix, leaving };
    const after = next(before);
    if (after === before) return;
    const isNothing = after.prefix === null && after.leaving.length === 0;
    const { succeeded } = await store.commit({
      when: [{ range, target: 'mod', is: '=', operand: entry?.modRevision ?? 0 }],
      then: [isNothing ? { type: 'delete', range } : { type: 'put', key: namingKey, value: encodeNamingRecord(after) }],
    });
    if (succeeded) return;
  }
}
