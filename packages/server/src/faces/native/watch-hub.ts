/**
 * All who watch through the native face. It follows the view once, sorts what happens into channels, and lets each
 * channel tell its audience: the first change at once, and a burst behind it as one.
 */
import {
  everything,
  ROLLCALL,
  RollcallError,
  ServiceName,
  type Caller,
  type CatalogView,
  type ChangeBatch,
  type Clock,
  type Random,
} from '@rollcall/core';
import { FanOut } from '../../shared/fan-out.js';
import type { Frame } from '../../shared/frame.js';
import type { HttpOutlet } from '../../shared/http-face.js';
import { eventFrame } from '../../shared/server-event.js';
import { Slices } from '../../shared/slice.js';
import { nextTurn } from '../../shared/turn.js';
import type { Answers } from './answers.js';
import { Channel, type ChannelEvent, type Member } from './channel.js';
import type { Fragments } from './fragments.js';
import { ageSeconds, staleFrame, StalenessTeller } from './staleness.js';
import type { WatchQuestion } from './watch-question.js';
import { Watcher } from './watcher.js';

export interface WatchHubOptions {
  readonly view: CatalogView;
  readonly answers: Answers;
  readonly fragments: Fragments;
  readonly clock: Clock;
  readonly random: Random;
  /** Each holds a socket and what waits for it. */
  readonly watchersMax: number;
}

/** Proxies and browsers close what is silent for half a minute. */
const PULSE_MS = 15_000;

/** Between two events of a stream: a human does not notice, and a deployment of a thousand instances is fifty events. */
const GATHER_MS = 20;

/** Channels that are told before others have a turn; a large change takes longer, which the clock sees. */
const CHANNELS_PER_SLICE = 200;

/** Readers who lost their connection together come back apart. */
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 4_000;

/** What the hub itself asks for. */
const watching: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'native' };

export class WatchHub {
  readonly #options: WatchHubOptions;
  readonly #fanOut: FanOut<ChannelEvent>;
  readonly #channels = new Map<string, Channel>();
  /** Channels of named services, by service. */
  readonly #byService = new Map<string, Set<Channel>>();
  /** The others have to be asked about every service. */
  readonly #wide = new Set<Channel>();
  #gathering = new Set<Channel>();
  #size = 0;
  readonly #staleness: StalenessTeller;
  readonly #unfollow: () => void;
  #cancelPulse: () => void = () => undefined;
  #toldMs = -Infinity;
  #telling = false;

  constructor(options: WatchHubOptions) {
    this.#options = options;
    this.#fanOut = new FanOut(options.clock);
    this.#staleness = new StalenessTeller(options.clock, () => void this.#say(staleFrame(options.view, options.clock)));
    const stale = (sinceMs: number | null): void => this.#staleness.turned(sinceMs);
    this.#unfollow = options.view.follow({ changed: (batch) => this.#gather(batch), reset: () => this.#reset(), stale }, watching);
  }

  /** Who watches and who polls. */
  get size(): number {
    return this.#size;
  }

  /** Throws `overloaded` if no further one can be taken. */
  admit(): void {
    const { watchersMax } = this.#options;
    if (this.#size < watchersMax) return;
    throw new RollcallError(
      'overloaded',
      `${watchersMax} watchers are connected to this node already. Ask another one, or come back later.`,
    );
  }

  /** The answer is called once, when the outlet is gone. */
  stream(question: WatchQuestion, since: string | null, outlet: HttpOutlet, caller: Caller): () => void {
    const channel = this.#channel(question, caller);
    const watcher = new Watcher(outlet, channel);
    outlet.write(eventFrame({ comment: 'rollcall', retryMs: this.#retryMs() }));
    const { view, clock } = this.#options;
    // Otherwise it is told with all the others.
    if (this.#staleness.isTold) outlet.write(staleFrame(view, clock));
    watcher.begin(channel.begin(since));
    this.#count(1);
    return () => this.#release(channel, watcher);
  }

  /** `changed` is called when what the question shows has changed, or the hub ends; not after the answer was called. Once either way. */
  once(question: WatchQuestion, caller: Caller, changed: () => void): () => void {
    const channel = this.#channel(question, caller);
    channel.flush();
    const finish = (): void => {
      release();
      changed();
    };
    const member: Member = {
      joinedAfter: 0,
      take: ({ kind }) => (kind === 'pulse' || kind === 'word' ? undefined : finish()),
      end: finish,
    };
    const release = (): void => this.#release(channel, member);
    channel.audience.join(member);
    this.#count(1);
    return release;
  }

  /** Everybody is told to go elsewhere; nobody hears of anything afterwards. */
  end(): void {
    this.#unfollow();
    this.#staleness.end();
    this.#cancelPulse();
    for (const channel of this.#gathering) channel.flush();
    for (const { audience } of this.#channels.values()) for (const member of audience) member.end();
  }

  #release(channel: Channel, member: Member): void {
    channel.audience.leave(member);
    this.#count(-1);
    if (channel.audience.size === 0) this.#remove(channel);
  }

  /** One timer for all, while there is anybody. */
  #count(change: 1 | -1): void {
    this.#size += change;
    if (this.#size === 0) this.#cancelPulse();
    else if (this.#size === 1 && change === 1) this.#beat();
  }

  /** Who watches one service has been judged; what others see of several is for each scope by itself. */
  #channel(question: WatchQuestion, { may }: Caller): Channel {
    const caller = question.only !== null || may.read.isEverything ? watching : { ...watching, may };
    const key = `${caller.may.read.key}${JSON.stringify(question)}`;
    const found = this.#channels.get(key);
    if (found !== undefined) return found;
    const channel = new Channel(key, question, { ...this.#options, fanOut: this.#fanOut, caller });
    this.#channels.set(key, channel);
    const services = serviceKeys(question);
    if (services === null) this.#wide.add(channel);
    else for (const service of services) this.#byService.set(service, (this.#byService.get(service) ?? new Set()).add(channel));
    return channel;
  }

  #remove(channel: Channel): void {
    const { key } = channel;
    // Whoever was cut off is released later, perhaps after another channel has taken this one's place.
    if (this.#channels.get(key) === channel) this.#channels.delete(key);
    this.#gathering.delete(channel);
    this.#wide.delete(channel);
    for (const service of serviceKeys(channel.question) ?? []) {
      const others = this.#byService.get(service);
      if (others?.delete(channel) === true && others.size === 0) this.#byService.delete(service);
    }
  }

  #gather({ services }: ChangeBatch): void {
    if (this.#channels.size === 0) return;
    for (const change of services) {
      const named = this.#byService.get(`${change.namespace}/${change.service}`) ?? [];
      const wide = [...this.#wide].filter((channel) => isWithin(change, channel.question) && channel.isFor(change));
      for (const channel of [...named, ...wide]) {
        channel.gather(change);
        this.#gathering.add(channel);
      }
    }
    if (this.#gathering.size > 0 && !this.#telling) void this.#tell();
  }

  /** Not at once, even where nothing was told for long: what happens within one turn is one event. */
  async #tell(): Promise<void> {
    const { clock } = this.#options;
    this.#telling = true;
    const slices = new Slices(clock, CHANNELS_PER_SLICE);
    while (this.#gathering.size > 0) {
      const restMs = this.#toldMs + GATHER_MS - clock.monotonicMs();
      await (restMs > 0 ? new Promise<void>((resolve) => void clock.after(restMs, resolve)) : nextTurn());
      this.#toldMs = clock.monotonicMs();
      const gathered = this.#gathering;
      this.#gathering = new Set();
      for (const channel of gathered) {
        channel.flush();
        if (slices.isOver()) await slices.next();
      }
    }
    this.#telling = false;
  }

  #reset(): void {
    this.#gathering.clear();
    for (const channel of this.#channels.values()) channel.reset();
  }

  #beat(): void {
    this.#cancelPulse = this.#options.clock.after(PULSE_MS, () => {
      this.#beat();
      void this.#pulse();
    });
  }

  async #pulse(): Promise<void> {
    const { view, clock } = this.#options;
    const slices = new Slices(clock, CHANNELS_PER_SLICE);
    const age = ageSeconds(view, clock);
    const comment = view.staleSinceMs === null ? 'pulse' : `pulse; the log is away, this is as of ${Math.round(age)} s ago`;
    for (const channel of this.#channels.values()) {
      channel.pulse(comment);
      if (slices.isOver()) await slices.next();
    }
  }

  async #say(frame: Frame): Promise<void> {
    const slices = new Slices(this.#options.clock, CHANNELS_PER_SLICE);
    for (const channel of this.#channels.values()) {
      channel.say(frame);
      if (slices.isOver()) await slices.next();
    }
  }

  #retryMs(): number {
    return Math.round(RETRY_MS_MIN + this.#options.random.number() * (RETRY_MS_MAX - RETRY_MS_MIN));
  }
}

/** `null`: it names none, or more than it names. */
function serviceKeys({ interest: { namespace, services, prefix } }: WatchQuestion): readonly string[] | null {
  if (services === undefined || prefix !== undefined) return null;
  return services.map((service) => `${namespace}/${ServiceName.fold(service)}`);
}

function isWithin({ namespace, service }: ChangeBatch['services'][number], { interest }: WatchQuestion): boolean {
  if (namespace !== interest.namespace) return false;
  const { services, prefix } = interest;
  if (services === undefined && prefix === undefined) return true;
  const named = services?.some((name) => ServiceName.fold(name) === service) === true;
  return named || (prefix !== undefined && service.startsWith(prefix.toLowerCase()));
}
