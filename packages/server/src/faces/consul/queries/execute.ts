/** Who a prepared query finds. */
import { Namespace, ServiceName, type Caller, type Instance, type Random } from '@rollcall/core';
import { nearFirst, type Near } from '../catalog/near.js';
import type { QueryService } from '../keyspace/query-record.js';
import type { ConsulNode } from '../catalog/nodes.js';
import type { ReadingContext } from '../catalog/reading.js';
import { nodeChecks, serviceChecks } from '../shown/checks.js';
import { consulTagsOf } from '../shown/service.js';

export interface Execution {
  readonly service: QueryService;
  readonly near: Near | null;
  /** 0 for all. */
  readonly limit: number;
}

export interface FoundRow {
  readonly instance: Instance;
  readonly node: ConsulNode;
}

type World = Pick<ReadingContext, 'view' | 'nodes' | 'terms'>;

/** In no order, but for those who are near. */
export function execute({ service, near, limit }: Execution, world: World, random: Random, caller: Caller): readonly FoundRow[] {
  const name = service.connect ? undefined : ServiceName.parse(service.service);
  const all = name === undefined ? [] : world.view.instances(Namespace.default, name, caller);
  const rows = all
    .map((instance) => ({ instance, node: world.nodes.of(instance, caller) }))
    .filter((row) => isWell(row, service, world) && hasTags(row, service) && hasMeta(row, service));
  const sorted = nearFirst(shuffled(rows, random), near, ({ node }) => node.name);
  return limit > 0 ? sorted.slice(0, limit) : sorted;
}

/** Told without looking at each check: of most, all is well. */
function isPlainlyWell({ instance, node }: FoundRow): boolean {
  const { health, mode, intent } = instance;
  return health === 'passing' && mode === 'in' && intent === null && (node.machine === null || node.machine.modeIntent === null);
}

/** Nothing critical, and with `OnlyPassing` nothing that does not pass, but for what is not to be looked at. */
function isWell(row: FoundRow, { onlyPassing, ignoreCheckIds }: QueryService, { terms }: World): boolean {
  if (isPlainlyWell(row)) return true;
  const { instance, node } = row;
  const ignored = new Set(ignoreCheckIds);
  const checks = [...nodeChecks(node, terms), ...serviceChecks(instance, { name: node.name }, terms)];
  return checks.every(({ CheckID, Status }) => ignored.has(CheckID) || (onlyPassing ? Status === 'passing' : Status !== 'critical'));
}

/** All of these, and none of those with a `!` before them, in whatever case. */
function hasTags({ instance }: FoundRow, { tags }: QueryService): boolean {
  const present = new Set(consulTagsOf(instance).map((tag) => tag.toLowerCase()));
  return tags.every((tag) => {
    const wanted = tag.toLowerCase();
    return wanted.startsWith('!') ? !present.has(wanted.slice(1)) : present.has(wanted);
  });
}

function hasMeta({ instance, node }: FoundRow, { nodeMeta, serviceMeta }: QueryService): boolean {
  return isWithin(nodeMeta, node.meta) && isWithin(serviceMeta, instance.metadata);
}

function isWithin(wanted: Readonly<Record<string, string>>, present: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(present, name) && present[name] === value);
}

function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random.number() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as Item, mixed[at] as Item];
  }
  return mixed;
}
