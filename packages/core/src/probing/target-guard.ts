/**
 * Where a probe may connect to. Whoever registers an instance chooses the target of its probes, and the registry stands in
 * places that its clients do not reach: so it must not be made to knock on doors for them. A target is the host that the
 * instance gave; never an address that only means something on this very machine or link, unless an operator said so.
 *
 * A literal is judged when it is registered, and every address is judged again when it is connected to: a name may lead
 * elsewhere by then.
 */
import { isIn, readAddress, readAddressRange, type Address, type AddressRange } from './address.js';

export interface TargetRules {
  /** Loopback is the same machine for both, as where the door itself is on loopback. */
  readonly loopback: boolean;
  /** What an operator allows beyond that. */
  readonly allowed: readonly AddressRange[];
}

interface ForbiddenRange {
  readonly range: AddressRange;
  readonly why: string;
}

const METADATA = 'an address where clouds tell machines their secrets';
const LOOPBACK = 'an address of the registry’s own machine';

const forbidden: readonly ForbiddenRange[] = [
  ['0.0.0.0/8', 'no address that one could connect to'],
  ['127.0.0.0/8', LOOPBACK],
  ['169.254.0.0/16', METADATA],
  // Alibaba's and Oracle's.
  ['100.100.100.200', METADATA],
  ['192.0.0.192', METADATA],
  ['224.0.0.0/4', 'an address of many'],
  ['240.0.0.0/4', 'an address that nobody has'],
  ['::', 'no address that one could connect to'],
  ['::1', LOOPBACK],
  ['fe80::/10', 'an address that means something on one link only'],
  ['fd00:ec2::254', METADATA],
  ['fd20:ce::254', METADATA],
  ['ff00::/8', 'an address of many'],
].map(([text, why]) => ({ range: readAddressRange(text as string) as AddressRange, why: why as string }));

/** By an operator’s word. */
export function isAllowed(address: Address, { loopback, allowed }: TargetRules): boolean {
  return allowed.some((range) => isIn(address, range)) || (loopback && loopbacks.some((range) => isIn(address, range)));
}

/** Why nobody connects there; `null` if it may be. */
function objectionTo(address: Address, rules: TargetRules): string | null {
  if (isAllowed(address, rules)) return null;
  const found = forbidden.find(({ range }) => isIn(address, range));
  return found?.why ?? null;
}

/** The same of a host as it was given, if it is an address in any spelling, or a name that means this machine. */
export function objectionToHost(host: string, rules: TargetRules): string | null {
  const address = readAddress(host);
  if (address !== null) return objectionTo(address, rules);
  const isOwn = /^(?:.*\.)?localhost\.?$/i.test(host);
  return isOwn ? objectionTo(ownAddress, rules) : null;
}

const loopbacks = forbidden.filter(({ why }) => why === LOOPBACK).map(({ range }) => range);

const ownAddress = readAddress('127.0.0.1') as Address;
