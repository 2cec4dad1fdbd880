/**
 * What came through Consul and our model cannot compute again: kept beside the instance, or the machine, as JSON text. What could be
 * changed through another face too is kept with what our model made of it: it is shown as it was said while that is so, and anew
 * afterwards.
 */
import { objectIn, type Origin } from '@rollcall/core';

export const CONSUL = 'consul';

/** Shown as `said` for as long as our model still says `as`. */
export interface Exact<Said, As> {
  readonly said: Said;
  readonly as: As;
}

/** A port of several, as Consul 2 has them. */
export interface NamedPort {
  readonly Name: string;
  readonly Port: number;
  readonly Default?: boolean;
}

export interface PlacedAddress {
  readonly Address: string;
  readonly Port: number;
}

export interface KeptService {
  /** As Consul has it, unique on its node only: ours says the node too. */
  readonly id: string;
  /** Left out: the host. Empty: its node's. */
  readonly address?: Exact<string, string | null>;
  readonly tags?: Exact<readonly string[], readonly string[]>;
  readonly ports?: Exact<readonly NamedPort[], { readonly port: number | null; readonly ports: Readonly<Record<string, number>> }>;
  readonly taggedAddresses?: Readonly<Record<string, PlacedAddress>>;
  /** An agent was told of it: agents say of an IP address by themselves that it is the one in the LAN and the WAN. */
  readonly byAgent?: true;
  /** Left out: 1. The weight of whoever passes is the instance's. */
  readonly warningWeight?: number;
  readonly enableTagOverride?: true;
  /** What its agent says, where others may change them. */
  readonly ownTags?: readonly string[];
  readonly socketPath?: string;
  readonly kind?: string;
  readonly proxy?: object;
  readonly connect?: object;
  readonly locality?: object;
  /** By their ids. */
  readonly checks?: Readonly<Record<string, KeptCheck>>;
}

export interface KeptCheck {
  readonly name: string;
  readonly notes?: string;
  /** Consul's word for what kind it is: left out where nobody knows, as of a row of the catalog. */
  readonly type?: string;
  /** As durations of Go. */
  readonly interval?: string;
  readonly timeout?: string;
  /** Of a row of the catalog. */
  readonly definition?: object;
  /** What it answered beside its status when it came. */
  readonly output?: string;
  /** How long its service may stay critical; left out: for as long as it likes. */
  readonly deregisterAfterMs?: number;
}

export interface KeptMachine {
  readonly id?: string;
  /** Left out: the address called `host`. */
  readonly address?: Exact<string, string | null>;
  readonly taggedAddresses?: Readonly<Record<string, string>>;
  readonly locality?: object;
  /** By their ids. */
  readonly checks?: Readonly<Record<string, KeptCheck>>;
}

export function keptText(kept: KeptService | KeptMachine): string {
  return JSON.stringify(kept);
}

/** `null` for whoever did not come through Consul. */
export function keptService(origin: Origin): KeptService | null {
  const kept = read(origin);
  return kept !== null && typeof kept['id'] === 'string' ? (kept as unknown as KeptService) : null;
}

export function keptMachine(origin: Origin): KeptMachine | null {
  return read(origin);
}

type Read = Readonly<Record<string, unknown>> | null;

/** Read once for as long as the catalog shows it. */
const known = new WeakMap<Origin, Read>();

function read(origin: Origin): Read {
  const found = known.get(origin);
  if (found !== undefined) return found;
  const text = origin.kept?.[CONSUL];
  // Another version may have written it: whatever is no table says nothing.
  const kept = text === undefined ? null : objectIn(text);
  known.set(origin, kept);
  return kept;
}

/** As it was said, while nobody has changed it since. */
export function exactly<Said, As>(exact: Exact<Said, As> | undefined, now: As, otherwise: Said): Said {
  return exact !== undefined && JSON.stringify(exact.as) === JSON.stringify(now) ? exact.said : otherwise;
}
