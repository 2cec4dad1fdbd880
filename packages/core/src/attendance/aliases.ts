/**
 * Checks that follow somebody else's health, as the catalog shows it: nobody is asked, and nothing is done until the other one
 * changes. To whoever orders probes this is a prober like the one that knocks on doors.
 *
 * Circles are harmless, because nobody's health counts for itself: what leads back to where one came from is passed by.
 */
import type { Caller, CatalogView } from '../face.js';
import type { ChangeBatch } from '../view/feed.js';
import { healths, verdictOn, worseHealth, type Health } from '../catalog/health.js';
import type { Instance } from '../catalog/instance.js';
import { parseKeyName, refText } from '../records/keys.js';
import { InstanceId, ServiceName, type Namespace } from '../catalog/names.js';
import type { Clock } from '../ports/clock.js';
import type { AliasSpec } from '../probing/probe-spec.js';
import type { ProbeNews, ProbeOrder } from '../probing/prober.js';

export interface AliasesOptions {
  readonly view: CatalogView;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly tell: (news: ProbeNews) => void;
}

interface Follower {
  readonly key: string;
  readonly namespace: Namespace;
  /** Who follows. */
  readonly text: string;
  readonly spec: AliasSpec;
  said: Health | null;
}

/** Whoever follows those who follow others is led on, but not without end: from there on what is shown counts. */
const REACH_MAX = 1_000;

export class Aliases {
  readonly #options: AliasesOptions;
  readonly #followers = new Map<string, Follower>();
  /** By the service that they follow. */
  readonly #followed = new Map<string, Set<Follower>>();

  constructor(options: AliasesOptions) {
    this.#options = options;
  }

  order({ key, spec }: ProbeOrder<AliasSpec>): void {
    this.drop(key);
    const [text = ''] = key.split('#');
    const parsed = parseKeyName(`instances/${text}`);
    if (parsed === null || !('ref' in parsed)) return;
    const follower: Follower = { key, namespace: parsed.ref.namespace, text, spec, said: null };
    this.#followers.set(key, follower);
    const followed = followedOf(follower.namespace, spec.service);
    this.#followed.set(followed, (this.#followed.get(followed) ?? new Set()).add(follower));
    this.#look(follower);
  }

  drop(key: string): void {
    const follower = this.#followers.get(key);
    if (follower === undefined) return;
    this.#followers.delete(key);
    const followed = followedOf(follower.namespace, follower.spec.service);
    const others = this.#followed.get(followed);
    others?.delete(follower);
    if (others?.size === 0) this.#followed.delete(followed);
  }

  takeBatch({ services }: ChangeBatch): void {
    if (this.#followers.size === 0) return;
    for (const { namespace, service } of services)
      for (const follower of this.#followed.get(followedOf(namespace, service)) ?? []) this.#look(follower);
  }

  lookThrough(): void {
    for (const follower of this.#followers.values()) this.#look(follower);
  }

  #look(follower: Follower): void {
    const { clock, tell } = this.#options;
    const { status, output } = this.#find(follower);
    if (status === follower.said) return;
    follower.said = status;
    tell({ key: follower.key, status, output, wallMs: clock.wallMs() });
  }

  #find({ namespace, text, spec: { service, id } }: Follower): { readonly status: Health; readonly output: string } {
    const seen = new Set([text]);
    const whose = id === null ? service : `${id} of ${service}`;
    const status = this.#healthAt(namespace, service, id, seen);
    return status === null ? { status: 'critical', output: `${whose}: nobody is there` } : { status, output: `${whose} is ${status}` };
  }

  /** Of an instance, or of the best one of a service that is not taken out; `null` where there is none. */
  #healthAt(namespace: Namespace, service: ServiceName, id: InstanceId | null, seen: Set<string>): Health | null {
    const { view, caller } = this.#options;
    if (id !== null) {
      const instance = view.instance({ namespace, service, id }, caller);
      return instance === undefined ? null : this.#healthOf(instance, seen);
    }
    let best: Health | null = null;
    for (const instance of view.instances(namespace, service, caller)) {
      if (instance.mode !== 'in') continue;
      const health = this.#healthOf(instance, seen);
      if (best === null || healths.indexOf(health) < healths.indexOf(best)) best = health;
      if (best === 'passing') break;
    }
    return best;
  }

  #healthOf(instance: Instance, seen: Set<string>): Health {
    const { view, caller } = this.#options;
    const said = instance.intent?.status?.health;
    if (said !== undefined || seen.size > REACH_MAX) return said ?? instance.health;
    const text = refText(instance);
    if (seen.has(text)) return 'passing';
    seen.add(text);
    const { namespace, machine } = instance;
    let worst: Health = (machine === null ? undefined : view.machine({ namespace, name: machine }, caller)?.health) ?? 'passing';
    for (const check of instance.checks) {
      const follows = check.type !== 'heartbeat' && check.probe.spec.type === 'alias' ? check.probe.spec : null;
      const found = verdictOn(instance.verdicts, check.id)?.status ?? check.born;
      const health = follows === null ? found : (this.#healthAt(namespace, follows.service, follows.id, seen) ?? 'critical');
      worst = worseHealth(worst, health);
    }
    return worst;
  }
}

function followedOf(namespace: Namespace, service: ServiceName): string {
  return `${namespace}/${ServiceName.fold(service)}`;
}
