/** How nodes and checks are, as the catalog has them. */
import {
  everything,
  MachineName,
  Namespace,
  ROLLCALL,
  verdictOn,
  type Caller,
  type CatalogView,
  type ChangeBatch,
  type Health,
  type Instance,
  type Machine,
} from '@rollcall/core';
import type { CheckStatus, Standing } from './standing.js';

export interface CatalogStandingOptions {
  readonly view: CatalogView;
  /**
   * Whether nobody has to register it: a node of this registry, or the agent of somebody who calls. Of those it is not known when they are
   * gone, so that no session ends by that.
   */
  readonly isGiven: (node: string) => boolean;
}

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'consul' };

export function catalogStanding({ view, isGiven }: CatalogStandingOptions): Standing {
  const ref = (node: string): { readonly namespace: Namespace; readonly name: MachineName } | undefined => {
    const name = MachineName.parse(node);
    return name === undefined ? undefined : { namespace: Namespace.default, name };
  };
  return {
    isKnown: () => view.complete && view.staleSinceMs === null,

    hasNode(node) {
      const named = ref(node);
      if (isGiven(node)) return true;
      return named !== undefined && (view.machine(named, self) !== undefined || view.instancesOn(named, self).length > 0);
    },

    checkStatus(node, checkId) {
      const named = ref(node);
      if (named === undefined) return undefined;
      const machine = view.machine(named, self);
      const own = machine && statusOn(machine, checkId);
      if (own !== undefined) return own;
      for (const instance of view.instancesOn(named, self)) {
        const found = statusOn(instance, checkId);
        if (found !== undefined) return found;
      }
      return undefined;
    },

    follow(moved) {
      const all = (): void => moved(null);
      return view.follow({ changed: (batch) => tellNodes(batch, moved), reset: all, stale: all }, self);
    },
  };
}

/** Instances that are on none of them matter to no session. */
function tellNodes({ machines, changes }: ChangeBatch, moved: (node: string) => void): void {
  for (const { ref } of machines) moved(ref.name);
  for (const { previous, current } of changes) {
    const [before, after] = [previous?.machine ?? null, current?.machine ?? null];
    if (before !== null) moved(before);
    if (after !== null && after !== before) moved(after);
  }
}

function statusOn(subject: Pick<Instance | Machine, 'checks' | 'verdicts'>, checkId: string): CheckStatus | undefined {
  const check = subject.checks.find(({ id }) => id === checkId);
  if (check === undefined) return undefined;
  return statuses[verdictOn(subject.verdicts, check.id)?.status ?? check.born];
}

/** Consul knows no check that has no result yet: it is critical until then. */
const statuses = { passing: 'passing', warning: 'warning', starting: 'critical', critical: 'critical' } as const satisfies Record<
  Health,
  CheckStatus
>;
