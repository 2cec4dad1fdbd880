/**
 * Other Eureka servers, told what happens here: each by a courier of its own, which follows the catalog. What they tell is not told on:
 * every server tells all others what it hears itself. Of the nodes of a cluster, the one on duty for a server tells it.
 */
import {
  isRollcallError,
  type CatalogView,
  type Clock,
  type Duty,
  type Instance,
  type InstanceRef,
  type Log,
  type Meter,
  type Random,
} from '@rollcall/core';
import { nextTurn } from '../../../shared/turn.js';
import type { EurekaContext } from '../exchange.js';
import type { PeerReport } from './peer-report.js';
import { readInstanceJson } from '../read-document.js';
import { self } from '../self.js';
import { registerTold, type Saying } from '../writes.js';
import { takeList } from './beginning.js';
import { Courier } from './courier.js';
import { identityOf } from './identity.js';
import { Link, LinkFailure } from './link.js';
import { outwardMeters, type OutwardGauges, type OutwardMeters } from './meters.js';
import type { PeerAddress } from './peer-address.js';
import { firstStep, stepFor, type Step } from './steps.js';
import { FACE_LABEL, isOurs } from './told.js';

export interface OutwardOptions {
  readonly addresses: readonly PeerAddress[];
  /** It is one of our own doors, as far as that can be seen from here. */
  readonly isOwn: (address: PeerAddress) => boolean;
  /** Not filtered: other servers are told everything of their namespace. */
  readonly view: CatalogView;
  readonly context: EurekaContext;
  /** How long ago it was heard; `null` where that is not known here, or it need not be. */
  readonly heardAgeMs: (ref: InstanceRef) => number | null;
  readonly duty: Pick<Duty, 'isOurs'>;
  /** Calls back whenever the duty may have changed; the answer ends it. */
  readonly followDuty: (listener: () => void) => () => void;
  /** Whom TLS believes besides those whom everybody believes, in PEM. Throws a sentence that says what to do. */
  readonly readAuthorities: () => Promise<readonly string[] | null>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter: Meter;
}

interface Peer {
  readonly address: PeerAddress;
  readonly saying: Saying;
  readonly link: Link;
  readonly courier: Courier;
  /** This node tells it. */
  isOurs: boolean;
  /** What it has was taken over. */
  isTaken: boolean;
  isTaking: boolean;
  /** It could not be, and it was said so. */
  wasTried: boolean;
  cancelRetry: () => void;
}

/** Whoever asks at the start finds what the others have, as far as they say it soon. */
const START_MS_MAX = 20_000;

/** After that long it may have forgotten what it was told, or begun anew with what somebody else told it. */
const FORGETFUL_AFTER_MS = 30_000;

/** As often as real servers try. */
const TAKE_AGAIN_MS = 30_000;

/** At the end, what was said last is still told. */
const FAREWELL_MS_MAX = 2000;

/** Some milliseconds of looking. */
const INSTANCES_PER_TURN = 2000;

export class Outward {
  readonly #options: OutwardOptions;
  readonly #meters: OutwardMeters;
  #peers: readonly Peer[] = [];
  #ends: readonly (() => void)[] = [];

  constructor(options: OutwardOptions) {
    this.#options = options;
    this.#meters = outwardMeters(options.meter, () => this.#gauges());
  }

  /** Settles when what the servers have is here, as far as they answer; those that do not are waited for behind it. */
  async start(): Promise<void> {
    const { addresses, view, followDuty, readAuthorities, clock } = this.#options;
    if (addresses.length === 0) return;
    const authorities = await readAuthorities();
    this.#peers = addresses.map((address) => this.#peerAt(address, authorities));
    const unfollow = view.follow({ changed: ({ changes }) => this.#changed(changes), reset: () => void this.#lookAgain() }, self);
    this.#ends = [unfollow, followDuty(() => void this.#takeDuty())];
    const begun = this.#takeDuty();
    await new Promise<void>((resolve) => {
      const cancel = clock.after(START_MS_MAX, resolve);
      void begun.then(() => (cancel(), resolve()));
    });
  }

  async drain(): Promise<void> {
    const told = Promise.all(this.#peers.map(({ courier }) => courier.flush()));
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(FAREWELL_MS_MAX, resolve);
      void told.then(() => (cancel(), resolve()));
    });
  }

  close(): void {
    for (const end of this.#ends) end();
    for (const peer of this.#peers) {
      peer.isOurs = false;
      peer.cancelRetry();
      peer.courier.stop();
      peer.link.close();
    }
    this.#peers = [];
  }

  reports(): readonly PeerReport[] {
    const nowMs = this.#options.clock.monotonicMs();
    return this.#peers.map(({ address: { base, namespace }, courier, isOurs, isTaken }) => {
      const { trouble, lastToldMs, isSelf, outbox } = courier;
      const hears = lastToldMs === null ? 'unknown' : 'hears';
      return {
        server: base,
        namespace,
        state: isSelf ? 'self' : !isOurs ? 'elsewhere' : trouble === null ? hears : 'silent',
        reason: trouble?.reason ?? null,
        troubleMs: trouble === null ? null : nowMs - trouble.sinceMs,
        toldAgoMs: lastToldMs === null ? null : nowMs - lastToldMs,
        waiting: outbox.waiting,
        instances: outbox.size,
        isTaken,
      };
    });
  }

  #peerAt(address: PeerAddress, authorities: readonly string[] | null): Peer {
    const { view, clock, random, log, isOwn, heardAgeMs } = this.#options;
    const saying: Saying = { namespace: address.namespace, caller: self, isReplicated: true };
    const link = new Link({ address, identity: identityOf(view.epoch, address.namespace), authorities, clock });
    const isSelf = isOwn(address);
    if (isSelf) log.warn('--eureka-peer names this registry itself: it is left out', { peer: address.base });
    const courier: Courier = new Courier({
      isSelf,
      name: address.base,
      link,
      instanceOf: (ref) => this.#instance(ref),
      heardAgeMs,
      takeNewer: (said) => this.#takeNewer(said, saying),
      takeGoodbye: (ref, revision) => this.#takeGoodbye(ref, revision),
      reached: (awayMs) => {
        if (awayMs >= FORGETFUL_AFTER_MS) courier.outbox.everythingAgain();
        void this.#take(peer);
      },
      clock,
      random,
      log,
      meters: this.#meters,
    });
    const cancelRetry = (): void => undefined;
    const peer: Peer = { address, saying, link, courier, isOurs: false, isTaken: false, isTaking: false, wasTried: false, cancelRetry };
    return peer;
  }

  #instance(ref: InstanceRef): Instance | undefined {
    return this.#options.view.instance(ref, self);
  }

  #changed(changes: readonly { readonly ref: InstanceRef; readonly previous: Instance | null; readonly current: Instance | null }[]): void {
    for (const { ref, previous, current } of changes) {
      const peers = this.#peers.filter(({ isOurs, address }) => isOurs && address.namespace === ref.namespace);
      if (peers.length === 0) continue;
      const step = stepFor(previous, current);
      if (step !== null) for (const peer of peers) take(peer, ref, step);
    }
  }

  /** Whom this node tells from now on, and whom no longer. Settles when it has begun. */
  async #takeDuty(): Promise<void> {
    const { duty } = this.#options;
    await Promise.all(
      this.#peers.map(async (peer) => {
        const { address, courier } = peer;
        const isOurs = duty.isOurs(`eureka-peers/${address.namespace}/${address.base}`);
        if (isOurs === peer.isOurs) return;
        peer.isOurs = isOurs;
        if (!isOurs) {
          peer.isTaken = false;
          await courier.flush();
          if (!peer.isOurs) courier.stop();
          return;
        }
        await this.#take(peer);
        await this.#look(peer);
        if (peer.isOurs) courier.start();
      }),
    );
  }

  /** Whatever was known of what is to be told is worth nothing. */
  async #lookAgain(): Promise<void> {
    await Promise.all(this.#peers.filter(({ isOurs }) => isOurs).map((peer) => this.#look(peer)));
  }

  /** In slices: there may be very many, and others wait. What changes meanwhile is told of besides. */
  async #look(peer: Peer): Promise<void> {
    const { view } = this.#options;
    const { namespace } = peer.address;
    let looked = 0;
    for (const { service } of view.services(namespace, self)) {
      const instances = view.instances(namespace, service, self);
      for (const instance of instances) {
        const step = firstStep(instance);
        if (step !== null) take(peer, instance, step);
      }
      looked += instances.length;
      if (looked < INSTANCES_PER_TURN) continue;
      looked = 0;
      await nextTurn();
      if (!peer.isOurs) return;
    }
  }

  /** Takes over what that server has, if that was not done yet. Never throws: without it, it is as far as this one knows. */
  async #take(peer: Peer): Promise<void> {
    if (peer.isTaken || peer.isTaking || peer.courier.isSelf) return;
    const { log, context, clock } = this.#options;
    const { address, saying, link, courier } = peer;
    peer.isTaking = true;
    try {
      const taken = await takeList(await link.list(), saying, context, (ref) => courier.outbox.isUntold(ref));
      if (taken === null) throw new LinkFailure('refused', 'it answers, but no list of applications');
      peer.isTaken = true;
      log.info('what a Eureka server has is here', { peer: address.base, taken: taken.taken, refused: taken.refused });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!peer.wasTried) log.warn('what a Eureka server has could not be taken over; it is tried again', { peer: address.base, reason });
      peer.wasTried = true;
      peer.cancelRetry();
      peer.cancelRetry = clock.after(TAKE_AGAIN_MS, () => void (peer.isOurs && this.#take(peer)));
    } finally {
      peer.isTaking = false;
    }
  }

  /** It was said there while nobody was here to be told. Whoever is heard here all the same is told to register again, and that is newer. */
  async #takeGoodbye(ref: InstanceRef, revision: number): Promise<void> {
    const { context, log } = this.#options;
    const instance = this.#instance(ref);
    if (instance === undefined || instance.revision !== revision || !isOurs(instance)) return;
    try {
      await context.registrar.deregister(ref, self);
      log.info('a goodbye that another registry heard is taken over', { service: ref.service, instance: ref.id });
    } catch (error) {
      // It left by itself, or is told of once more with the next heartbeat.
      if (!isRollcallError(error)) log.warn('a goodbye that a Eureka server heard cannot be taken over', { reason: String(error) });
    }
  }

  async #takeNewer(said: unknown, saying: Saying): Promise<void> {
    const { context, clock, log } = this.#options;
    try {
      const document = readInstanceJson(said, clock.wallMs());
      // It was told from here, by a clock that has been put back since.
      if (!Object.hasOwn(document.metadata, FACE_LABEL)) await registerTold(said, saying, context);
    } catch (error) {
      log.warn('a Eureka server has a newer instance, which cannot be taken over', { reason: String(error) });
    }
  }

  #gauges(): OutwardGauges {
    let [waiting, silent, ageMs] = [0, 0, 0];
    for (const { courier } of this.#peers) {
      waiting += courier.outbox.waiting;
      if (courier.trouble === null) continue;
      silent++;
      ageMs = Math.max(ageMs, this.#options.clock.monotonicMs() - courier.trouble.sinceMs);
    }
    return { waiting, silent, ageMs };
  }
}

function take({ courier }: Peer, ref: InstanceRef, step: Step): void {
  if (step.act === 'note') courier.outbox.note(ref, step.news);
  else if (step.act === 'cancel') courier.outbox.cancel(ref);
  else courier.outbox.forget(ref);
}
