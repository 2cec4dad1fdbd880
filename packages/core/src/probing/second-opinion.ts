/**
 * A node that hears nobody any more does not know whether they are dead or it is deaf. On a cluster it asks another node to look
 * for itself, as one asks a neighbour whether his lights are out too: what that one finds bad as well is bad, and what it
 * finds well stays as it was. Who hears nobody himself is no help, and says so.
 *
 * Only names travel: who is asked looks where its own view says, by its own rules.
 */
import type { ProbedCheck } from '../catalog/registration.js';
import type { NodeName } from '../cluster/node-name.js';
import type { LiveNode, RosterView } from '../cluster/roster-view.js';
import { RollcallError } from '../errors.js';
import type { Caller, CatalogView } from '../face.js';
import { instanceCalled, machineCalled } from '../attendance/calling.js';
import { ROLLCALL } from '../access/judge.js';
import { everything } from '../access/permissions.js';
import { noMeter, type Counter, type Meter, type Metric } from '../ports/meter.js';
import type { ProbeSpec } from './probe-spec.js';
import type { ProbeFound } from './prober.js';

/** What another node found; `unsure` where it hears nobody itself, does not know that check, or goes another way to it. */
export const looks = ['bad', 'well', 'unsure'] as const;

export type Look = (typeof looks)[number];

/** What is to be looked at, once. */
export interface Glance<Spec = ProbeSpec> {
  readonly spec: Spec;
  readonly timeoutMs: number;
}

/** What came of it, in order, and whether whoever looked hears anybody at all. */
export interface Glanced {
  readonly found: readonly ProbeFound[];
  readonly doubting: boolean;
}

/** As much of a prober as this needs. */
export interface DoubtingProber {
  /** What another node found of these, whose silence did not count; `unsure` where none could say. */
  opinion(found: Look, keys: readonly string[]): void;
  /** Whether there is somebody to be asked: then also the silence of a few is doubted. */
  accompanied(isAccompanied: boolean): void;
  /** Rejects where that is not known in time. */
  glance(at: readonly Glance[]): Promise<Glanced>;
}

/** The way to the others. Rejects where that node could not be asked. */
export interface Onlookers {
  look(whom: NodeName, keys: readonly string[], withinMs: number): Promise<readonly Look[]>;
}

export interface SecondOpinionOptions {
  readonly view: Pick<CatalogView, 'instance' | 'machine'>;
  readonly prober: DoubtingProber;
  readonly roster: Pick<RosterView, 'nodes' | 'self' | 'follow'>;
  readonly onlookers: Onlookers;
  readonly meter?: Meter;
}

/** Each is a connection over there, on top of those that it has anyway. */
export const LOOKS_TOGETHER_MAX = 500;

/** Questions on their way at the same time. Whoever is not asked about now is so at its next silence. */
const QUESTIONS_AT_ONCE_MAX = 2;

/** What others may have us look at, at the same time. */
const GLANCES_AT_ONCE_MAX = 1_000;

/** Beyond the time that the slowest of them may take. */
const SLACK_MS = 2_000;

export const opinionMetric: Metric = {
  name: 'rollcall_second_opinions_total',
  kind: 'counter',
  help: 'Silences that this node did not believe and had others look at, by what they found.',
  labels: { found: looks },
};

const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'second-opinion' };

export class SecondOpinion {
  readonly #options: SecondOpinionOptions;
  readonly #counters: Readonly<Record<Look, Counter>>;
  readonly #due = new Set<string>();
  readonly #asked = new Set<string>();
  #underWay = 0;
  #glances = 0;
  #turn = 0;
  #closed = false;
  #unfollow: () => void = () => undefined;

  constructor(options: SecondOpinionOptions) {
    const { meter = noMeter } = options;
    this.#options = options;
    const counter = (found: Look): Counter => meter.counter(opinionMetric, { found });
    this.#counters = { bad: counter('bad'), well: counter('well'), unsure: counter('unsure') };
  }

  start(): void {
    const { roster, prober } = this.#options;
    const look = (): void => prober.accompanied(this.#others().length > 0);
    this.#unfollow = roster.follow(look);
    look();
  }

  close(): void {
    this.#closed = true;
    this.#unfollow();
    this.#due.clear();
  }

  /** These were silent, and that did not count. */
  doubted(keys: readonly string[]): void {
    if (this.#closed || this.#others().length === 0) return;
    for (const key of keys) {
      if (this.#due.size >= LOOKS_TOGETHER_MAX * QUESTIONS_AT_ONCE_MAX) break;
      if (!this.#asked.has(key)) this.#due.add(key);
    }
    this.#go();
  }

  /** For another node: what each is found to be from here. */
  async look(keys: readonly string[]): Promise<readonly Look[]> {
    const glances = keys.map((key) => this.#glanceAt(key));
    const known = glances.flatMap((glance) => glance ?? []);
    if (known.length === 0) return keys.map(() => 'unsure');
    if (this.#glances + known.length > GLANCES_AT_ONCE_MAX)
      throw new RollcallError('overloaded', 'This node looks at as many checks for others as it can.');
    this.#glances += known.length;
    try {
      const { found, doubting } = await this.#options.prober.glance(known);
      let at = 0;
      return glances.map((glance) => (glance === null ? 'unsure' : lookOf(found[at++], doubting)));
    } finally {
      this.#glances -= known.length;
    }
  }

  #go(): void {
    while (!this.#closed && this.#underWay < QUESTIONS_AT_ONCE_MAX && this.#due.size > 0) {
      const keys = [...this.#due].slice(0, LOOKS_TOGETHER_MAX);
      for (const key of keys) {
        this.#due.delete(key);
        this.#asked.add(key);
      }
      this.#underWay++;
      void this.#askAll(keys).then(() => {
        this.#underWay--;
        for (const key of keys) this.#asked.delete(key);
        return this.#go();
      });
    }
  }

  /** One node after the other, until somebody is sure. Never rejects. */
  async #askAll(keys: readonly string[]): Promise<void> {
    const others = this.#others();
    const first = this.#turn++;
    let left = keys;
    for (let at = 0; at < others.length && left.length > 0 && !this.#closed; at++) {
      const found = await this.#ask((others[(first + at) % others.length] as LiveNode).name, left);
      for (const sure of ['bad', 'well'] as const)
        this.#tell(
          sure,
          left.filter((_, place) => found[place] === sure),
        );
      left = left.filter((_, place) => (found[place] ?? 'unsure') === 'unsure');
    }
    if (!this.#closed) this.#tell('unsure', left);
  }

  #tell(found: Look, keys: readonly string[]): void {
    if (keys.length === 0) return;
    this.#counters[found].add(keys.length);
    this.#options.prober.opinion(found, keys);
  }

  /** Nothing of whom could not be asked. */
  async #ask(whom: NodeName, keys: readonly string[]): Promise<readonly Look[]> {
    const timeoutsMs = keys.map((key) => this.#glanceAt(key)?.timeoutMs ?? 0);
    try {
      return await this.#options.onlookers.look(whom, keys, Math.max(...timeoutsMs) + SLACK_MS);
    } catch {
      return [];
    }
  }

  /** `null` for what is not asked over any way, or not known here. */
  #glanceAt(key: string): Glance | null {
    const { view } = this.#options;
    const [text = '', id = ''] = key.split('#', 2);
    const instance = instanceCalled(text);
    const machine = machineCalled(text);
    const checks =
      (instance === undefined ? undefined : view.instance(instance, self))?.checks ??
      (machine === undefined ? undefined : view.machine(machine, self))?.checks;
    const check = checks?.find((one): one is ProbedCheck => one.type !== 'heartbeat' && encodeURIComponent(one.id) === id);
    if (check === undefined) return null;
    const { spec, timeoutMs } = check.probe;
    return spec.type === 'alias' || spec.type === 'script' ? null : { spec, timeoutMs };
  }

  #others(): readonly LiveNode[] {
    const { nodes, self: own } = this.#options.roster;
    return nodes.filter(({ name, peer, leaving }) => name !== own?.name && peer !== null && !leaving);
  }
}

function lookOf(found: ProbeFound | undefined, doubting: boolean): Look {
  if (found === undefined || found.evidence === 'none') return 'unsure';
  if (found.finding !== 'critical') return 'well';
  return doubting && found.evidence === 'silence' ? 'unsure' : 'bad';
}
