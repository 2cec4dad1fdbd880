/** A node of a cluster without anything that it would do there: roster, membership and fences over a link of its own. */
import { ProcessClock, SeededRandom, type SimulatedClock } from '@rollcall/conformance';
import type { Log } from '../ports/log.js';
import { noMeter, type Meter } from '../ports/meter.js';
import { SharedDuty } from './duty.js';
import { ClusterFences } from './fences.js';
import { Link, type LeasedLog } from './leased-log.fixture.js';
import { Membership } from './membership.js';
import type { NodeName } from './node-name.js';
import type { NodeFields } from './node-record.js';
import { Roster } from './roster.js';
import type { RosterChange } from './roster-view.js';

let processes = 0;

export function aboutNode(name: string, fields: Partial<NodeFields> = {}): Omit<NodeFields, 'leaving' | 'handedOver'> {
  return {
    name: name as NodeName,
    id: `process-${++processes}`,
    peer: `${name}:8510`,
    http: `http://${name}:8500`,
    version: '1.0.0',
    protocol: { min: 1, max: 1 },
    records: { min: 1, max: 1 },
    startedMs: 0,
    ...fields,
  };
}

export class MemberNode {
  readonly clock: ProcessClock;
  readonly link: Link;
  readonly roster: Roster;
  readonly membership: Membership;
  readonly duty: SharedDuty;
  readonly fences: ClusterFences;
  /** Warnings and errors that were logged. */
  readonly complaints: string[] = [];
  /** What it measures: losses of its place, and what its gauges say now. */
  losses = 0;
  readonly gauges = new Map<string, () => number>();
  /** What its roster told, in words. */
  readonly told: string[] = [];

  constructor(name: string, log: LeasedLog, world: SimulatedClock) {
    this.clock = new ProcessClock(world);
    this.link = new Link(log);
    const about = aboutNode(name);
    const complain = (text: string): void => void this.complaints.push(text);
    const logging: Log = { info: () => undefined, warn: complain, error: complain };
    const meter: Meter = {
      ...noMeter,
      counter: () => ({ add: () => void this.losses++ }),
      gauge: ({ name }, read) => void this.gauges.set(name, read),
    };
    const shared = { meter, store: this.link.store, clock: this.clock, log: logging };
    this.roster = new Roster({ ...shared, id: about.id });
    this.membership = new Membership({ ...shared, random: new SeededRandom(processes), roster: this.roster, about });
    this.duty = new SharedDuty(this.roster);
    this.fences = new ClusterFences({ name: about.name, roster: this.roster, membership: this.membership });
    this.roster.follow((change) => this.told.push(inWords(change)));
  }

  async start(): Promise<void> {
    await this.roster.start();
    await this.membership.join();
  }

  /** As by SIGSTOP: what comes in the meantime is there when it wakes up. */
  pause(): void {
    this.clock.stop();
    this.link.fallBehind();
    this.link.become('held');
  }

  resume(): void {
    this.clock.resume();
    this.link.become('whole');
    this.link.catchUp();
  }

  /** Killed: nothing of it runs any more. */
  kill(): void {
    this.clock.end();
    this.roster.close();
    this.membership.close();
  }
}

function inWords({ joined, left, lost }: RosterChange): string {
  const parts = Object.entries({ joined, left, lost }).filter(([, nodes]) => nodes.length > 0);
  return parts.map(([what, nodes]) => `${nodes.map(({ name }) => name).join(' ')} ${what}`).join(', ') || 'said something';
}
