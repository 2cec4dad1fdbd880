/** The checks of a machine: its heartbeat, and those that are probed at one of its addresses. */
import type { Host } from '../catalog/host.js';
import type { Machine, MachineRegistration } from '../catalog/machine.js';
import { HEARTBEAT_CHECK_ID, type Check } from '../catalog/registration.js';
import { settleChecks, type Place } from '../probing/settle-checks.js';
import type { MachineWish } from './read-changes.js';

type Addresses = MachineRegistration['addresses'];

/** Where its checks lead that name no host: the address called `host`, or `lan`, or the first one. A machine has no port. */
export function placeOf(addresses: Addresses): Place {
  return { host: usualAddress(addresses), port: null, ports: {} };
}

/** Those that are wanted; what was not said stays as it was. Throws `invalid-request`. */
export function wantedChecks(
  { ttlMs, checks }: Pick<MachineWish, 'ttlMs' | 'checks'>,
  known: Pick<Machine, 'addresses' | 'checks'> | undefined,
  addresses: Addresses,
): readonly Check[] {
  const before = known?.checks ?? [];
  const beats = ttlMs === undefined ? before.filter(({ type }) => type === 'heartbeat') : heartbeat(ttlMs);
  const probed = checks === null ? moved(before, known?.addresses ?? {}, addresses) : settleChecks(checks, placeOf(addresses));
  return [...beats, ...probed];
}

function heartbeat(ttlMs: number | null): readonly Check[] {
  return ttlMs === null ? [] : [{ id: HEARTBEAT_CHECK_ID, type: 'heartbeat', ttlMs, born: 'passing' }];
}

/** Whoever was asked at the usual address is asked at the one that is usual now. */
function moved(checks: readonly Check[], before: Addresses, after: Addresses): readonly Check[] {
  const [from, to] = [usualAddress(before), usualAddress(after)];
  return checks.flatMap((check): readonly Check[] => {
    if (check.type === 'heartbeat') return [];
    const { spec } = check.probe;
    if (from === to || to === null || !('host' in spec) || spec.host !== from) return [check];
    return [{ ...check, probe: { ...check.probe, spec: { ...spec, host: to } } }];
  });
}

function usualAddress(addresses: Addresses): Host | null {
  return addresses['host'] ?? addresses['lan'] ?? Object.values(addresses)[0] ?? null;
}
