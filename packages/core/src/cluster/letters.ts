/**
 * Asking through the log: where the link to a live node is cut and both reach the log, the question travels as a letter. Who is
 * asked writes the answer over it, who asked takes it away. Nothing is written while nobody has to ask so.
 */
import { isRollcallError, RollcallError } from '../errors.js';
import type { AttendantName, Colleague } from '../ports/colleagues.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Bytes, Entry, LeaseId, RevisionBatch, Store, Watch } from '../ports/store.js';
import { toText, fromText } from '../store/bytes.js';
import { singleKey } from '../store/key-range.js';
import { decodeLetter, encodeLetter, LETTER_CHARACTERS_MAX, letterBox, letterKey, NAMES_PER_LETTER_MAX } from './letter.js';
import type { NodeName } from './node-name.js';
import type { LiveNode, RosterView } from './roster-view.js';

export interface LettersOptions {
  readonly store: Store;
  readonly self: NodeName;
  readonly roster: Pick<RosterView, 'self'>;
  /** Of this node's membership: letters end with it. `null` while it is no member; then it writes none. */
  readonly lease: () => LeaseId | null;
  readonly ages: Colleague['ages'];
  readonly clock: Clock;
  readonly log: Log;
}

/** Few: this is a way round, and every letter is three commits for everybody. */
const LETTERS_AT_ONCE_MAX = 4;

/** Two commits and two watches. Who takes longer than this is not well, and is asked again. */
export const LETTER_WITHIN_MS = 2000;

/** Of all who wait for their turn. Whoever has more lapses than that to say can say them later. */
const NAMES_WAITING_MAX = 20_000;

/** Between two attempts to take a letter away, or to look into the box. */
const RETRY_MS = 1000;

interface Question {
  readonly whom: LiveNode;
  readonly who: readonly AttendantName[];
  readonly resolve: (ages: readonly (number | null)[]) => void;
  readonly reject: (reason: Error) => void;
}

export class Letters {
  readonly #options: LettersOptions;
  readonly #waiting: Question[] = [];
  #namesWaiting = 0;
  #underWay = 0;
  #number = 0;
  /** Letters of ours that could not be taken away yet. */
  readonly #left = new Set<string>();
  #box: Watch | null = null;
  #closed = false;
  #cancelRetry: () => void = () => undefined;
  #cancelSweep: () => void = () => undefined;

  constructor(options: LettersOptions) {
    this.#options = options;
  }

  /** From here on it answers. Letters that lie there already are of those who no longer wait. */
  start(): void {
    if (this.#closed) return;
    const { store, self } = this.#options;
    try {
      this.#box = store.watch(
        { range: letterBox(self) },
        { next: (batch) => this.#readBox(batch), ended: (reason) => this.#ended(reason) },
      );
    } catch (error) {
      // An engine that is away says so at once.
      this.#ended(error instanceof Error ? error : new Error(String(error)));
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry();
    this.#cancelSweep();
    this.#box?.cancel();
    this.#refuse(this.#waiting.splice(0), new RollcallError('not-ready', 'This node is stopping.'));
  }

  /** As `Colleagues.ask`. Those who ask the same node at the same time share letters. */
  async ask(whom: LiveNode, who: readonly AttendantName[]): Promise<readonly (number | null)[]> {
    if (this.#closed || this.#options.lease() === null)
      throw new RollcallError('not-ready', 'Only a member of the cluster writes letters.');
    if (this.#namesWaiting + who.length > NAMES_WAITING_MAX) {
      throw new RollcallError('overloaded', 'More is to be asked through the log than it is meant for.');
    }
    const answers = letterfuls(who).map(
      (part) => new Promise<readonly (number | null)[]>((resolve, reject) => this.#wait({ whom, who: part, resolve, reject })),
    );
    return (await Promise.all(answers)).flat();
  }

  #wait(question: Question): void {
    this.#waiting.push(question);
    this.#namesWaiting += question.who.length;
    this.#writeNext();
  }

  #writeNext(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#underWay >= LETTERS_AT_ONCE_MAX) return;
    const together = this.#takeTogether(first.whom);
    this.#underWay++;
    void this.#settle(together).then(() => {
      this.#underWay--;
      return this.#writeNext();
    });
  }

  /** As many of those who ask this life of this node as one letter holds, in order. */
  #takeTogether(whom: LiveNode): readonly Question[] {
    const taken: Question[] = [];
    let [names, characters] = [0, 0];
    for (const question of this.#waiting) {
      if (!isSameLife(question.whom, whom)) continue;
      names += question.who.length;
      characters += charactersIn(question.who);
      if (taken.length > 0 && (names > NAMES_PER_LETTER_MAX || characters > LETTER_CHARACTERS_MAX)) break;
      taken.push(question);
    }
    this.#forget(taken);
    return taken;
  }

  async #settle(questions: readonly Question[]): Promise<void> {
    const { whom } = questions[0] as Question;
    try {
      const ages = await this.#exchange(
        whom,
        questions.flatMap(({ who }) => who),
      );
      let from = 0;
      for (const { who, resolve } of questions) resolve(ages.slice(from, (from += who.length)));
    } catch (error) {
      // Whoever waits for the same one would wait in vain.
      const others = this.#waiting.filter((question) => isSameLife(question.whom, whom));
      this.#forget(others);
      this.#refuse([...questions, ...others], error as Error);
    }
  }

  async #exchange(whom: LiveNode, who: readonly AttendantName[]): Promise<readonly (number | null)[]> {
    const { store, self, lease: leaseOf, clock } = this.#options;
    const lease = leaseOf();
    if (lease === null) throw new RollcallError('not-ready', 'Only a member of the cluster writes letters.');
    const key = letterKey(whom.name, self, ++this.#number);
    const value = encodeLetter({ kind: 'question', life: whom.createRevision, who });
    let watch: Watch | null = null;
    let isOver = false;
    let cancel: () => void = () => undefined;
    try {
      return await new Promise((resolve, reject) => {
        const late = (): void => reject(new RollcallError('store-unavailable', `${whom.name} has answered no letter in time.`));
        cancel = clock.after(LETTER_WITHIN_MS, late);
        const read = ({ changes }: RevisionBatch): void => {
          for (const change of changes) {
            if (change.type === 'delete') return reject(new RollcallError('not-ready', 'The letter went with the lease that it hung on.'));
            const letter = decodeLetter(change.entry.value);
            if (letter?.kind === 'answer' && letter.ageMs.length === who.length) resolve(letter.ageMs);
          }
        };
        const lost = (reason: Error | null): void => reject(reason ?? new RollcallError('store-closed', 'The store is closed.'));
        store
          .commit({ then: [{ type: 'put', key, value, lease }] })
          .then(({ revision }) => {
            if (!isOver) watch = store.watch({ range: singleKey(key), fromRevision: revision + 1 }, { next: read, ended: lost });
            return null;
          })
          .catch(reject);
      });
    } finally {
      isOver = true;
      cancel();
      (watch as Watch | null)?.cancel();
      this.#takeAway(key);
    }
  }

  /** Also one of which nobody knows whether it was written. */
  #takeAway(key: Bytes): void {
    const text = toText(key);
    this.#left.add(text);
    this.#options.store.commit({ then: [{ type: 'delete', range: singleKey(key) }] }).then(
      () => this.#left.delete(text),
      () => this.#sweepLater(),
    );
  }

  #sweepLater(): void {
    if (this.#closed) return;
    this.#cancelSweep();
    this.#cancelSweep = this.#options.clock.after(RETRY_MS, () => {
      for (const text of this.#left) this.#takeAway(fromText(text));
    });
  }

  #readBox({ changes }: RevisionBatch): void {
    for (const change of changes) if (change.type === 'put') this.#read(change.entry);
  }

  #read({ key, value, modRevision }: Entry): void {
    const { store, roster, log } = this.#options;
    const letter = decodeLetter(value);
    // What another life of this node heard, nobody knows any more: who asks for it learns of that from the roster.
    if (letter?.kind !== 'question' || letter.life !== roster.self?.createRevision) return;
    const ageMs = this.#agesOf(letter.who);
    if (ageMs === null) return;
    const answer = encodeLetter({ kind: 'answer', ageMs });
    const unchanged = { range: singleKey(key), target: 'mod', is: '=', operand: modRevision } as const;
    store.commit({ when: [unchanged], then: [{ type: 'put', key, value: answer, lease: 'keep' }] }).catch((error: unknown) => {
      if (!this.#closed) log.warn('a letter of another node could not be answered', { reason: String(error) });
    });
  }

  /** `null` where our word does not count, because our membership may be over: no answer is a true one then. */
  #agesOf(who: readonly AttendantName[]): readonly (number | null)[] | null {
    try {
      return this.#options.ages(who).map((age) => (age === null ? null : Math.max(0, Math.floor(age))));
    } catch {
      return null;
    }
  }

  #ended(reason: Error | null): void {
    if (reason === null || this.#closed || isRollcallError(reason, 'store-closed')) return;
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => this.start());
  }

  #forget(questions: readonly Question[]): void {
    for (const question of questions) {
      const at = this.#waiting.indexOf(question);
      if (at < 0) continue;
      this.#waiting.splice(at, 1);
      this.#namesWaiting -= question.who.length;
    }
  }

  #refuse(questions: readonly Question[], reason: Error): void {
    for (const { reject } of questions) reject(reason);
  }
}

function isSameLife(one: LiveNode, other: LiveNode): boolean {
  return one.name === other.name && one.createRevision === other.createRevision;
}

function letterfuls(who: readonly AttendantName[]): readonly (readonly AttendantName[])[] {
  const parts: AttendantName[][] = [];
  let characters = Infinity;
  for (const name of who) {
    let part = parts.at(-1);
    if (part === undefined || part.length === NAMES_PER_LETTER_MAX || characters + name.length > LETTER_CHARACTERS_MAX) {
      parts.push((part = []));
      characters = 0;
    }
    part.push(name);
    characters += name.length;
  }
  return parts;
}

function charactersIn(who: readonly AttendantName[]): number {
  return who.reduce((sum, { length }) => sum + length, 0);
}
