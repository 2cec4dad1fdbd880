/**
 * Heartbeats, one or many: heard in memory, and written only where somebody says something new. That somebody is not
 * here is a verdict (register again!), so it is given only after the log was asked.
 */
import { demandRight, mayDo } from '../access/judge.js';
import { RollcallError } from '../errors.js';
import type { Attendance } from '../attendance/attendance.js';
import type { Instance } from '../catalog/instance.js';
import type { Knowing } from '../view/known-records.js';
import { encodeHealthRecord } from '../records/records.js';
import type { Caller, CatalogView, Word } from '../face.js';
import type { Clock } from '../ports/clock.js';
import { isKeyOfOthers } from '../naming/endpoint-lens.js';
import { findInstance, instanceNotFound, type InstanceSelector } from '../query/find-instance.js';
import { putRecord, type Amendments, type Plan } from './amend.js';
import { asRollcallError } from './item.js';
import { demandMeaning, newsOf, saidVerdicts, type Said } from './said.js';
import { knownSubject, type Stored, type Told } from './subject.js';
import type { Visibility } from './visibility.js';

export interface HeartbeatsOptions {
  readonly view: CatalogView;
  readonly attendance: HeardBy;
  readonly amendments: Amendments;
  readonly catalog: Knowing;
  readonly visibility: Visibility;
  readonly clock: Clock;
}

/** As much of attendance as heartbeats need. */
export type HeardBy = Pick<Attendance, 'beat' | 'beatMany'> & Partial<Pick<Attendance, 'isApart'>>;

/** Of one call, on their way to the log at once: the others wait, so that one call does not fill everybody's line. */
const AT_ONCE_MAX = 64;

/** The same, where they do not go to the log but in one message to the other nodes. */
const TOLD_AT_ONCE_MAX = 2000;

/** After this nothing more is begun: whoever asked has been waiting for long enough. */
const BEGIN_WITHIN_MS = 10_000;

export class Heartbeats {
  readonly #options: HeartbeatsOptions;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  /** Throws `not-found`, `ambiguous-id`, or what kept it from being heard. */
  async hear(selector: InstanceSelector, word: Word, caller: Caller): Promise<void> {
    const instance = await this.#find(selector, caller);
    demandRight(caller, 'write', instance);
    if (isKeyOfOthers(instance)) throw presentByKey(instance);
    demandMeaning(instance.checks, word);
    const heard = await this.#options.attendance.beat(instance, word.check);
    if (word.status !== undefined) return this.#say(instance, { ...word, status: word.status });
    if (heard) return;
    throw new RollcallError('outcome-unknown', 'The heartbeat was heard, but the log would not take the recovery yet. Beat again.');
  }

  /** A result for each; `null` for those who were heard. */
  async hearMany(selectors: readonly (InstanceSelector & Word)[], caller: Caller): Promise<readonly (RollcallError | null)[]> {
    const plain: InstanceSelector[] = [];
    const plainAt: number[] = [];
    const left: number[] = [];
    selectors.forEach((selector, at) => {
      const allowed = isPlain(selector) ? this.#allowed(selector, caller) : null;
      if (allowed === null) return void left.push(at);
      plain.push(allowed);
      plainAt.push(at);
    });
    for (const at of this.#options.attendance.beatMany(plain)) left.push(plainAt[at] as number);

    const results: (RollcallError | null)[] = selectors.map(() => null);
    const untilMs = this.#options.clock.monotonicMs() + BEGIN_WITHIN_MS;
    const atOnce = this.#options.attendance.isApart === true ? TOLD_AT_ONCE_MAX : AT_ONCE_MAX;
    for (let from = 0; from < left.length; from += atOnce) {
      if (this.#options.clock.monotonicMs() >= untilMs) {
        for (const at of left.slice(from)) results[at] = notBegun();
        break;
      }
      const some = left.slice(from, from + atOnce).map(async (at) => {
        const selector = selectors[at] as InstanceSelector & Word;
        results[at] = await this.hear(selector, selector, caller).then(() => null, asRollcallError);
      });
      await Promise.all(some);
    }
    return results;
  }

  /** `null` where that is not known beforehand: it is judged when the instance is found. */
  #allowed(selector: InstanceSelector, caller: Caller): InstanceSelector | null {
    if (caller.may.write.isEverything) return selector;
    const { namespace, service, id } = selector;
    if (service !== null) return mayDo(caller, 'write', { namespace, service }) ? selector : null;
    const [only, ...others] = this.#options.view.instancesById(namespace, id, caller);
    if (only === undefined || others.length > 0 || !mayDo(caller, 'write', only)) return null;
    // Named, because somebody whom this caller does not see may go by the same id.
    return { namespace, id, service: only.service };
  }

  async #find(selector: InstanceSelector, caller: Caller): Promise<Instance> {
    const { view, visibility } = this.#options;
    const { namespace, service, id } = selector;
    const isHere =
      service === null ? view.instancesById(namespace, id, caller).length > 0 : view.instance({ namespace, service, id }, caller);
    if (isHere === false || isHere === undefined) await visibility.catchUp();
    return findInstance(view, selector, caller);
  }

  /** Writes what is new. What was said stays said until something else is, or a heartbeat fails to come. */
  async #say(instance: Instance, word: Said): Promise<void> {
    const { amendments, catalog, visibility, clock } = this.#options;
    if (newsOf(word, instance.checks, instance.verdicts).length === 0) return;
    // Nearly all who say something for the first time: a deployment of them shares a few commits.
    const decide = (stored: Told): Plan<null> => planWord(instance, stored, word, clock.wallMs());
    const { revision } = await amendments.amend(knownSubject(instance, catalog), decide);
    await visibility.wait(revision);
  }
}

function isPlain({ status, check }: Word): boolean {
  return status === undefined && check === undefined;
}

/** Whoever believed to keep it alive like that would lose it with its lease. */
function presentByKey({ service, id }: Instance): RollcallError {
  return new RollcallError(
    'invalid-request',
    `The instance ${JSON.stringify(id)} of ${service} is a key of etcd’s: it is present for as long as that key is, and no heartbeat counts. ` +
      'Keep the key’s lease alive, or register the instance here, which takes it over.',
    { problems: [{ field: 'id', came: `${JSON.stringify(id)}, a key of etcd’s`, allowed: 'an instance that is registered here' }] },
  );
}

function notBegun(): RollcallError {
  return new RollcallError('not-ready', 'The log is slow, and this heartbeat’s turn did not come in time. Send it again.');
}

/** Throws for what is only remembered of a verdict: its record may say more, and is read. */
function planWord(instance: Instance, { registration, health }: Told, word: Said, sinceMs: number): Plan<null> {
  if (health !== null && !isStored(health)) throw new RollcallError('internal', 'What was found of it has to be read.');
  if (registration === null) throw instanceNotFound(instance.id, instance.service);
  const verdicts = saidVerdicts(word, registration.record.checks, health?.record.verdicts ?? {}, sinceMs);
  if (verdicts === null) return { operations: [], answer: null };
  const record = { unknown: {}, ...health?.record, verdicts, heldSinceMs: null };
  return { operations: [putRecord('health', instance, encodeHealthRecord(record))], answer: null };
}

function isStored(health: NonNullable<Told['health']>): health is NonNullable<Stored['health']> {
  return 'record' in health;
}
