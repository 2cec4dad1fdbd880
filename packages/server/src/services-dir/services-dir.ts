/**
 * Services from files: what a directory says is registered, and what it no longer says departs. One look at a time: the
 * files that changed are read, the plan is made, and the registrar does it. A file that makes no sense is named with its
 * lines, and what it said before goes on to hold.
 */
import {
  everything,
  isRollcallError,
  refText,
  ROLLCALL,
  type Caller,
  type CatalogView,
  type Clock,
  type InstanceRef,
  type ItemResult,
  type Log,
  type Registered,
  type Registrar,
  type Registration,
  type RollcallError,
} from '@rollcall/core';
import type { Directory } from './directory.js';
import { KnownFiles } from './known-files.js';
import type { Mark } from './origin.js';
import { appliedText, planSync, type Conflict, type Owned } from './plan.js';
import { nameOf, type ReadRegistration } from './service-file.js';

export interface ServicesDirOptions {
  /** As the operator named it. */
  readonly path: string;
  readonly directory: Directory;
  readonly view: CatalogView;
  readonly registrar: Pick<Registrar, 'registerMany' | 'register' | 'deregister'>;
  readonly read: ReadRegistration;
  /** By which this node knows what came from its files. */
  readonly mark: Mark;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whoever writes several files, or one in several goes, is done by then. */
const QUIET_MS = 250;
/** Whoever never stops writing is read nevertheless. */
const PATIENCE_MS = 2000;

/** Not every file system tells of changes, and a write may have failed. */
const LOOK_MS = 30_000;
const RETRY_MS = 5000;

const REGISTRATIONS_AT_ONCE_MAX = 500;

const caller: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'files' };

export class ServicesDir {
  readonly #options: ServicesDirOptions;
  readonly #files: KnownFiles;
  readonly #owned = new Map<string, Owned>();
  readonly #applied = new Map<string, string>();
  #told: ReadonlyMap<string, unknown> = new Map();
  #isAway = false;
  /** What went wrong when it was tried last. */
  #trouble = '';
  #looking: Promise<void> = Promise.resolve();
  #unfollow: () => void = () => undefined;
  #cancelLook: () => void = () => undefined;
  /** Since when something moves that has not been looked at. */
  #movingSinceMs: number | null = null;
  #isClosed = false;

  constructor(options: ServicesDirOptions) {
    this.#options = options;
    this.#files = new KnownFiles(options.directory, options.read, options.mark);
  }

  /** Settles when everything that can be registered is. Throws if there is no such directory. */
  async start(): Promise<void> {
    const { directory, path, view, mark } = this.#options;
    this.#unfollow = directory.follow(() => this.#moved());
    for (const { origin, namespace, service, id } of view.allInstances(caller)) this.#own({ namespace, service, id }, mark.fileOf(origin));
    await directory.list().catch((error: unknown) => {
      throw new Error(`${path}, the directory of --services-dir, cannot be read: ${reasonOf(error)}.`, { cause: error });
    });
    await this.#lookNow(true);
  }

  /** Reads every file anew. */
  reload(): Promise<void> {
    return this.#lookNow(true);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unfollow();
    this.#cancelLook();
    await this.#looking;
  }

  #moved(): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#movingSinceMs ??= nowMs;
    this.#lookIn(Math.min(QUIET_MS, Math.max(0, this.#movingSinceMs + PATIENCE_MS - nowMs)));
  }

  #lookIn(delayMs: number): void {
    this.#cancelLook();
    if (this.#isClosed) return;
    this.#cancelLook = this.#options.clock.after(delayMs, () => void this.#lookNow(false));
  }

  #lookNow(anew: boolean): Promise<void> {
    this.#cancelLook();
    this.#looking = this.#lookAfter(this.#looking, anew);
    return this.#looking;
  }

  async #lookAfter(before: Promise<void>, anew: boolean): Promise<void> {
    await before;
    if (this.#isClosed) return;
    this.#movingSinceMs = null;
    const isWhole = await this.#look(anew);
    // Something may have moved meanwhile, and then the next look is set already.
    if (this.#movingSinceMs === null) this.#lookIn(isWhole ? LOOK_MS : RETRY_MS);
  }

  /** Answers whether everything could be done. Never throws. */
  async #look(anew: boolean): Promise<boolean> {
    try {
      await this.#files.refresh(anew);
      this.#isAway = false;
    } catch (error) {
      // A directory that is not mounted says nothing about its services.
      if (!this.#isAway) this.#options.log.error('the services directory cannot be read; its instances stay', this.#reason(error));
      this.#isAway = true;
      return true;
    }
    try {
      const isWhole = await this.#apply();
      if (isWhole) this.#trouble = '';
      return isWhole;
    } catch (error) {
      this.#warn('services from files could not be written; it is tried again', this.#reason(error));
      return false;
    }
  }

  async #apply(): Promise<boolean> {
    const { view, registrar, mark } = this.#options;
    const present = (ref: InstanceRef): ReturnType<CatalogView['instance']> => view.instance(ref, caller);
    const plan = planSync({ mark, files: this.#files.all, owned: this.#owned, applied: this.#applied, present });
    this.#tell(plan.conflicts);
    for (const ref of plan.forget) this.#forget(ref);
    const failures: string[] = [];
    for (let at = 0; at < plan.register.length; at += REGISTRATIONS_AT_ONCE_MAX) {
      failures.push(...(await this.#register(plan.register.slice(at, at + REGISTRATIONS_AT_ONCE_MAX))));
    }
    for (const ref of plan.deregister) {
      await registrar.deregister(ref, caller).catch((error: unknown) => {
        if (!isRollcallError(error, 'not-found')) throw error;
      });
      this.#forget(ref);
    }
    const [registered, deregistered] = [plan.register.length - failures.length, plan.deregister.length];
    const { log, path } = this.#options;
    if (registered + deregistered > 0) log.info('services from files', { path, files: this.#files.all.size, registered, deregistered });
    if (failures.length > 0) this.#warn('services from files could not all be registered; it is tried again', { path, failures });
    return failures.length === 0;
  }

  /** Answers what went wrong. */
  async #register(registrations: readonly Registration[]): Promise<readonly string[]> {
    const results = await this.#registerAll(registrations);
    return results.flatMap((result, at) => {
      const registration = registrations[at] as Registration;
      if ('error' in result) return [`${nameOf(registration)}: ${result.error.message}`];
      this.#applied.set(refText(registration), appliedText(registration));
      this.#own(registration, this.#options.mark.fileOf(registration.origin));
      return [];
    });
  }

  /** In the order in which they came. What came in another protocol's words is registered as that protocol does: it heals nothing. */
  async #registerAll(registrations: readonly Registration[]): Promise<readonly ItemResult<Registered>[]> {
    const { registrar } = this.#options;
    const plain = registrations.filter(isPlain);
    const many = (await registrar.registerMany(plain, caller)).values();
    const results: ItemResult<Registered>[] = [];
    for (const one of registrations) {
      if (isPlain(one)) results.push(many.next().value as ItemResult<Registered>);
      else results.push(await registrar.register(one, caller, { findings: 'kept' }).then((answer) => ({ answer }), itsError));
    }
    return results;
  }

  #own({ namespace, service, id }: InstanceRef, file: string | null): void {
    const ref = { namespace, service, id };
    if (file !== null) this.#owned.set(refText(ref), { ref, file });
  }

  #forget(ref: InstanceRef): void {
    this.#owned.delete(refText(ref));
    this.#applied.delete(refText(ref));
  }

  /** Each complaint once, and when it is over. */
  #tell(conflicts: readonly Conflict[]): void {
    const { log } = this.#options;
    const files = [...this.#files.all].filter(([, { complaints }]) => complaints.length > 0);
    const complaints = new Map([
      ...files.map(([file, { complaints: reasons }]) => {
        const warn = (): void => log.warn('a services file makes no sense; what it said before stays', { file, reasons });
        return [`${file}: ${reasons.join()}`, warn] as const;
      }),
      ...conflicts.map(({ file, ref, reason }) => {
        const warn = (): void => log.warn('an instance from a file is not registered', { file, instance: nameOf(ref), reason });
        return [`${file}: ${nameOf(ref)}: ${reason}`, warn] as const;
      }),
    ]);
    for (const [text, warn] of complaints) if (!this.#told.has(text)) warn();
    if (this.#told.size > 0 && complaints.size === 0) log.info('all that the services files say holds again');
    this.#told = complaints;
  }

  /** The same trouble once, however often it is tried again. */
  #warn(...[message, fields]: Parameters<Log['warn']>): void {
    const trouble = `${message} ${JSON.stringify(fields)}`;
    if (trouble !== this.#trouble) this.#options.log.warn(message, fields);
    this.#trouble = trouble;
  }

  #reason(error: unknown): { readonly path: string; readonly reason: string } {
    return { path: this.#options.path, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'it is not there' : message;
}

function isPlain({ origin }: Registration): boolean {
  return origin.kept === undefined;
}

function itsError(error: unknown): { readonly error: RollcallError } {
  if (isRollcallError(error)) return { error };
  throw error;
}
