/** A service as somebody defines it, by a call or in a file: what it is called here, and the registration that it makes. Pure. */
import { Namespace, ServiceName, type Check, type Host, type Instance, type InstanceRef, type Registration } from '@rollcall/core';
import { instanceIdOn, type Agent } from '../agent/agents.js';
import type { Said } from './body.js';
import type { SaidCheck } from './check-body.js';
import { CHECKS_OF_ONE_MAX, translateCheck, type CheckPlace } from './check-terms.js';
import { keptService, type KeptCheck } from '../kept.js';
import { registrationOf } from '../map.js';
import { ConsulRefusal } from '../refusal.js';
import type { AgentServiceFields } from './service-body.js';

export interface DefinedOn {
  readonly agent: Agent;
  /** Where it is, if it does not say so. */
  readonly address: Host;
  readonly follow: CheckPlace['follow'];
}

export interface Defined {
  readonly ref: InstanceRef;
  readonly serviceId: string;
  /** What it is from now on, given what it was. `replaceChecks`: those that it had and does not name go. */
  make(before: Instance | undefined, replaceChecks: boolean): Registration;
}

/** Throws what Consul answers to one that cannot be. */
export function defineService(said: Said<AgentServiceFields>, { agent, address, follow }: DefinedOn): Defined {
  const name = said.Name ?? '';
  if (name === '') throw new ConsulRefusal(400, 'Missing service name');
  demandOwn(said.Namespace, said.Partition);
  const service = ServiceName.parse(name);
  if (service === undefined)
    throw new ConsulRefusal(400, `Invalid service name ${JSON.stringify(name)}: allowed is ${ServiceName.allowed}`);
  const serviceId = said.ID === undefined || said.ID === '' ? name : said.ID;
  const id = instanceIdOn(agent.name, serviceId);
  if (id === undefined) throw new ConsulRefusal(400, `Invalid service ID ${JSON.stringify(serviceId)}: it is too long, or does not print`);
  const place: CheckPlace = { host: address, localhost: agent.address, follow };
  const settled = settledChecks(said, serviceId, name).map((one) => ({ id: one.id, ...translateCheck(one.said, one.id, one.name, place) }));
  const named = new Set(settled.map((one) => one.id));
  return {
    ref: { namespace: Namespace.default, service, id },
    serviceId,
    make(before, replaceChecks) {
      const left = replaceChecks ? { checks: [], kept: {} } : leftChecks(before, named);
      const checks = [...left.checks, ...settled.map(({ check }) => asBefore(check, before))];
      const keptChecks = { ...left.kept, ...Object.fromEntries(settled.map(({ id: checkId, kept }) => [checkId, kept])) };
      return registrationOf({ id, serviceId, name, said, byAgent: true, node: agent.name, address, checks, keptChecks, before });
    },
  };
}

/** Other than the default ones there are none. Throws what Consul's free edition answers. */
export function demandOwn(namespace = '', partition = ''): void {
  const isOther = (name: string): boolean => name !== '' && name !== 'default';
  if (isOther(namespace)) throw new ConsulRefusal(400, 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature');
  if (isOther(partition)) throw new ConsulRefusal(400, 'Invalid query parameter: "partition" - Partitions are a Consul Enterprise feature');
}

interface SettledCheck {
  readonly said: SaidCheck;
  readonly id: string;
  readonly name: string;
}

/** As Consul calls those that have no id of their own: after the service, with a number where there are several. */
function settledChecks({ Check, Checks = [] }: Said<AgentServiceFields>, serviceId: string, name: string): readonly SettledCheck[] {
  const all = [...(Check === undefined || isEmpty(Check) ? [] : [Check]), ...Checks];
  if (all.length > CHECKS_OF_ONE_MAX)
    throw new ConsulRefusal(400, `Invalid check: there are ${all.length}; allowed are ${CHECKS_OF_ONE_MAX}`);
  const settled = all.map((said, at) => {
    const usual = all.length > 1 ? `service:${serviceId}:${at + 1}` : `service:${serviceId}`;
    const id = [said.CheckID, said.ID].find((given) => given !== undefined && given !== '') ?? '';
    return {
      said,
      id: checkIdOf(id === '' ? usual : id),
      name: said.Name === undefined || said.Name === '' ? `Service '${name}' check` : said.Name,
    };
  });
  // Of two that are called the same, the later one stands.
  return [...new Map(settled.map((one) => [one.id, one])).values()];
}

const CHECK_ID_MAX = 512;

/** Throws what Consul answers to one that nobody could speak of. */
export function checkIdOf(id: string): string {
  if (id.length <= CHECK_ID_MAX && !/[\p{Cc}\p{Cs}]/u.test(id)) return id;
  throw new ConsulRefusal(400, `Invalid check: its ID is too long, or does not print`);
}

function isEmpty(check: SaidCheck): boolean {
  return Object.values(check).every(
    (value) => value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0),
  );
}

/** A check that stays is born as it was: what it found meanwhile is kept, and that it had found nothing yet, too. */
export function asBefore<One extends Check>(check: One, before: { readonly checks: readonly Check[] } | undefined): One {
  const known = before?.checks.find(({ id }) => id === check.id);
  return known === undefined ? check : { ...check, born: known.born };
}

function leftChecks(
  before: Instance | undefined,
  named: ReadonlySet<string>,
): { readonly checks: readonly Check[]; readonly kept: Readonly<Record<string, KeptCheck>> } {
  const kept = before === undefined ? {} : (keptService(before.origin)?.checks ?? {});
  return {
    checks: (before?.checks ?? []).filter(({ id }) => Object.hasOwn(kept, id) && !named.has(id)),
    kept: Object.fromEntries(Object.entries(kept).filter(([id]) => !named.has(id))),
  };
}
