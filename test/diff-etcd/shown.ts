/** Answers as text that can be compared: without what two of a kind may differ in. */
import type { etcd } from '@rollcall/wire';
import { leaseIds } from './sequence.js';
import type { Outcome } from './subject.js';

/** A lease is looked at by two clocks, and was granted a while ago. */
const TTL_TOLERANCE_S = 20_000;

/** Bytes by their characters; headers by their revision alone; leases in order. */
export function shown(outcome: Outcome<object>): string {
  if ('refusal' in outcome) return `${outcome.refusal.status}: ${outcome.refusal.message}`;
  const { response } = outcome as { response: Record<string, unknown> };
  const plain: Record<string, unknown> = { ...response };
  if (Array.isArray(plain['leases'])) {
    const ids = (plain['leases'] as { readonly id: bigint }[]).map(({ id }) => id).filter((id) => leaseIds.includes(id));
    plain['leases'] = ids.map(String).toSorted();
  }
  if (Array.isArray(plain['keys'])) plain['keys'] = (plain['keys'] as Uint8Array[]).map(textOf).toSorted();
  if (typeof plain['grantedTtl'] === 'number' && typeof plain['ttl'] === 'number' && plain['ttl'] > 0) {
    plain['ttl'] = Math.abs(plain['grantedTtl'] - plain['ttl']) < TTL_TOLERANCE_S ? 'nearly all' : plain['ttl'];
  }
  return JSON.stringify(plain, asText);
}

/**
 * `null` for one that etcd need not tell, and we do: a deletion in the very revision that was compacted to (since 3.6 etcd tells it
 * too). Nor does etcd know what that revision replaced.
 */
export function shownEvent({ type, kv, prevKv }: etcd.Event, compactedTo: number): string | null {
  const isEdge = kv.modRevision <= compactedTo;
  if (isEdge && type === 'DELETE') return null;
  return JSON.stringify([type, kv, isEdge ? null : prevKv], asText);
}

/** For `JSON.stringify`. Bytes are asked of their owner: a Buffer has made numbers of itself before it is handed over. */
function asText(this: unknown, name: string, value: unknown): unknown {
  if (name === 'header') return (value as etcd.ResponseHeader).revision;
  if (typeof value === 'bigint') return `${value}n`;
  const own = (this as Record<string, unknown>)[name];
  return own instanceof Uint8Array ? textOf(own) : value;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** For people: without what says nothing. */
export function briefly(value: object): string {
  return JSON.stringify(value, brief);
}

function brief(this: unknown, name: string, value: unknown): unknown {
  const text = asText.call(this, name, value);
  const saysNothing = text === null || text === 0 || text === '0n' || text === false || text === 'NONE' || text === '';
  return saysNothing ? undefined : text;
}
