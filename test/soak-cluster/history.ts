/**
 * What happened, as those outside saw it: instances that beat, watchers, readers, and whoever made the trouble. All times are of
 * one clock, that of the test; the registry's own words about time are of the same machine's wall clock, and so of the same.
 */

/** Which instance: `service/id`. */
export type Who = string;

/** Something that was acknowledged. It was heard at some time between the two. */
export interface Heard {
  readonly what: 'registration' | 'beat';
  readonly node: string;
  readonly sentMs: number;
  readonly ackMs: number;
  /** Of a registration: the one that it was acknowledged with. */
  readonly revision: number | null;
}

/** Something that was not acknowledged, and not refused either: it may be heard, perhaps much later. */
export interface Doubtful {
  readonly what: 'registration' | 'beat' | 'goodbye';
  readonly node: string;
  readonly sentMs: number;
  readonly endMs: number;
}

export interface Goodbye {
  readonly sentMs: number;
  readonly ackMs: number;
  readonly revision: number | null;
}

/** A heartbeat was answered with 404. */
export interface Unknown {
  readonly node: string;
  readonly sentMs: number;
  readonly ackMs: number;
}

/** Of one instance, each list in the order of time. */
export interface Life {
  readonly who: Who;
  readonly ttlMs: number;
  readonly termMs: number;
  readonly heard: readonly Heard[];
  readonly doubtful: readonly Doubtful[];
  readonly goodbyes: readonly Goodbye[];
  readonly unknown: readonly Unknown[];
}

/** An instance as it was shown to somebody. */
export interface Shown {
  readonly who: Who;
  readonly health: string;
  /** Since when it is so, as the registry says; `null` where it was born so. */
  readonly sinceMs: number | null;
  readonly revision: number;
}

export interface Told {
  readonly what: 'snapshot' | 'change' | 'resync';
  readonly atMs: number;
  readonly epoch: string;
  readonly revision: number;
  readonly shown: readonly Shown[];
  readonly gone: readonly Who[];
}

/** Of a watcher that goes from node to node. */
export const ROAMING = 'all nodes in turns';

/** What one watcher was told, through all its connections. */
export interface Stream {
  /** Or `ROAMING`. */
  readonly node: string;
  /** Everybody, or only who is in rotation. */
  readonly filter: 'any' | 'rotation';
  readonly told: readonly Told[];
}

export interface Reading {
  readonly node: string;
  readonly service: string;
  readonly sentMs: number;
  readonly ackMs: number;
  readonly revision: number;
  readonly shown: readonly Shown[];
}

export const faultKinds = [
  'node killed',
  'node paused',
  'node restarted',
  'etcd killed',
  'etcd paused',
  'quorum lost',
  'engine cut',
  'engine slow',
  'peers cut',
  'peers slow',
  'clients cut',
  'isolated',
  // Nobody made it: the machine had too much else to do.
  'machine starved',
] as const;

export interface Fault {
  readonly what: (typeof faultKinds)[number];
  /** The node, or the first of the two; `null` where it is an etcd's. */
  readonly node: string | null;
  readonly fromMs: number;
  /** When it was undone: a process that was started again is ready. */
  readonly untilMs: number;
}

/** How it stands when all is quiet again. */
export interface End {
  /** What each shows; `null` where it does not answer. */
  readonly nodes: readonly { readonly node: string; readonly shown: readonly Shown[] | null }[];
  /** Whose registrations are in the log itself; `null` where nobody looked. */
  readonly logged: readonly Who[] | null;
  /** Who beats. */
  readonly beating: readonly Who[];
  /** By so many revisions the log grew while everybody beat and nothing else happened. */
  readonly idleRevisions: number;
}

export interface History {
  readonly lives: readonly Life[];
  readonly streams: readonly Stream[];
  readonly readings: readonly Reading[];
  readonly faults: readonly Fault[];
  readonly end: End;
  /** When the last of it was written down. */
  readonly endMs: number;
}

/** What is wrong, in words. */
export type Law = (history: History) => readonly string[];
