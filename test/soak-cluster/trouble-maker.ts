/** Does what the plan says, undoes it, and writes down from when to when. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdProcess } from '../support/etcd-process.js';
import type { Planned, Trouble } from './faults.js';
import type { Fault } from './history.js';
import type { Link } from './link.js';
import type { Site, SiteNode } from './site.js';
import type { Stopwatch } from './stopwatch.js';

type Event = Exclude<Trouble, { readonly what: 'all restarted' }>;
/** What happens to links, not to processes. */
type LinkTrouble = Exclude<Event, { readonly what: 'node killed' | 'node paused' | 'node restarted' | 'etcd killed' | 'etcd paused' }>;

/** Its own patience with requests that run, and some more. */
const STOPPED_WITHIN_MS = 15_000;

export class TroubleMaker {
  readonly faults: Fault[] = [];
  /** What nobody had asked for. */
  readonly surprises: string[] = [];
  readonly #site: Site;
  readonly #stopwatch: Stopwatch;
  readonly #say: (text: string) => void;
  /** A process that is in trouble is left alone until it is over. */
  readonly #busy = new Set<string>();

  constructor(site: Site, stopwatch: Stopwatch, say: (text: string) => void) {
    this.#site = site;
    this.#stopwatch = stopwatch;
    this.#say = say;
  }

  /** Settles when all of it was done and undone. */
  async follow(plan: readonly Planned[]): Promise<void> {
    const beganMs = this.#stopwatch.now();
    await Promise.all(
      plan.map(async (planned) => {
        await sleep(Math.max(0, beganMs + planned.atMs - this.#stopwatch.now()));
        await this.#make(planned);
      }),
    );
  }

  async #make(trouble: Trouble): Promise<void> {
    if (trouble.what === 'all restarted') {
      for (const node of this.#site.nodes) await this.#make({ what: 'node restarted', node: node.name });
      for (const member of this.#site.etcds.keys()) await this.#make({ what: 'etcd killed', members: [member], forMs: 0 });
      return;
    }
    const claims = claimsOf(trouble);
    if (claims.some((claim) => this.#busy.has(claim))) return;
    for (const claim of claims) this.#busy.add(claim);
    this.#say(JSON.stringify(trouble));
    const fault = {
      what: whatOf(trouble),
      node: 'node' in trouble ? trouble.node : null,
      fromMs: this.#stopwatch.now(),
      untilMs: Infinity,
    };
    this.faults.push(fault);
    try {
      await this.#happen(trouble);
    } finally {
      fault.untilMs = this.#stopwatch.now();
      for (const claim of claims) this.#busy.delete(claim);
    }
  }

  async #happen(trouble: Event): Promise<void> {
    switch (trouble.what) {
      case 'node killed':
        await this.#node(trouble.node).process.kill();
        await sleep(trouble.forMs);
        return this.#startAgain(this.#node(trouble.node));
      case 'node restarted':
        if (!(await this.#node(trouble.node).process.stop(STOPPED_WITHIN_MS)))
          this.surprises.push(`${trouble.node} did not stop when it was told to`);
        return this.#startAgain(this.#node(trouble.node));
      case 'node paused':
        return paused([this.#node(trouble.node).process], trouble.forMs);
      case 'etcd paused':
        return paused(this.#members(trouble.members), trouble.forMs);
      case 'etcd killed':
        await Promise.all(this.#members(trouble.members).map((member) => member.kill()));
        await sleep(trouble.forMs);
        await Promise.all(this.#members(trouble.members).map((member) => member.startAgain()));
        return;
      case 'engine slow':
      case 'peers slow':
        return during(this.#linksOf(trouble), trouble.forMs, (link) => link.delay(trouble.ms));
      case 'engine cut':
      case 'peers cut':
      case 'clients cut':
      case 'isolated':
        return during(this.#linksOf(trouble), trouble.forMs, (link) => link.cut(trouble.cut));
    }
  }

  async #startAgain({ process }: SiteNode): Promise<void> {
    process.start();
    await process.ready();
  }

  #linksOf(trouble: LinkTrouble): readonly Link[] {
    const { nodes, etcds, engineLink, peerLink } = this.#site;
    const { node } = trouble;
    switch (trouble.what) {
      case 'clients cut':
        return [this.#node(node).clients];
      case 'engine slow':
        return [...etcds.keys()].map((member) => engineLink(node, member));
      case 'engine cut':
        return trouble.members.map((member) => engineLink(node, member));
      case 'peers slow':
        return [peerLink(node, trouble.other), peerLink(trouble.other, node)];
      case 'peers cut':
        return [peerLink(node, trouble.other), ...(trouble.both ? [peerLink(trouble.other, node)] : [])];
      case 'isolated': {
        const others = nodes.filter(({ name }) => name !== node).flatMap(({ name }) => [peerLink(node, name), peerLink(name, node)]);
        return [...others, ...[...etcds.keys()].map((member) => engineLink(node, member))];
      }
    }
  }

  #node(name: string): SiteNode {
    return this.#site.nodes.find((node) => node.name === name) as SiteNode;
  }

  #members(members: readonly number[]): readonly EtcdProcess[] {
    return members.map((member) => this.#site.etcds[member] as EtcdProcess);
  }
}

/** Whose turn of trouble it is: links of one kind at one node, or a process. */
function claimsOf(trouble: Event): readonly string[] {
  switch (trouble.what) {
    case 'etcd killed':
    case 'etcd paused':
      return ['etcd'];
    case 'engine cut':
    case 'engine slow':
      return [`engine of ${trouble.node}`];
    case 'peers cut':
    case 'peers slow':
      return ['peers'];
    case 'isolated':
      return [`engine of ${trouble.node}`, 'peers'];
    case 'clients cut':
      return [`clients of ${trouble.node}`];
    case 'node killed':
    case 'node paused':
    case 'node restarted':
      return [`process ${trouble.node}`];
  }
}

function whatOf(trouble: Event): Fault['what'] {
  return (trouble.what === 'etcd killed' || trouble.what === 'etcd paused') && trouble.members.length > 1 ? 'quorum lost' : trouble.what;
}

async function paused(processes: readonly { signal(signal: NodeJS.Signals): void }[], forMs: number): Promise<void> {
  for (const process of processes) process.signal('SIGSTOP');
  await sleep(forMs);
  for (const process of processes) process.signal('SIGCONT');
}

async function during(links: readonly Link[], forMs: number, act: (link: Link) => void): Promise<void> {
  for (const link of links) act(link);
  await sleep(forMs);
  for (const link of links) link.mend();
}
