/** What a client is made of, and what each of its calls may say. */
import type { Clock, Random } from './ports.js';

/** How long a call may take: longer than the registry itself waits for its log before it says so. */
export const TIMEOUT_MS = 5000;

/** For `https:` with an authority of one's own, or a certificate to show; contents in PEM, not paths. */
export interface TlsOptions {
  /** Who is trusted to have signed the registry's certificate, instead of those whom Node trusts. */
  readonly ca?: string | Buffer;
  /** What this client shows of itself, and the key to it. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The name in the registry's certificate, if it is not the one in the address. */
  readonly servername?: string;
}

export interface ConnectOptions {
  /** Left out: `http://localhost:8500`. May have a path, if a proxy put the registry below one. */
  readonly url?: string | URL;
  /** The nodes of one registry, besides `url` or instead of it. One that does not answer is left for the next. */
  readonly urls?: readonly (string | URL)[];
  /** They are tried in the order in which they are named. Left out, each client begins at one by chance, and the nodes share their callers. */
  readonly inOrder?: boolean;
  /** Told when it turns from one to another. Must not throw. */
  readonly onMove?: (move: Move) => void;
  /** Sent with every call, as `Authorization: Bearer`. A function is asked each time, so that a token can change. */
  readonly token?: string | (() => string);
  /** Where to look, for every call that does not say. Left out: `default`. */
  readonly namespace?: string;
  readonly tls?: TlsOptions;
  /** How long a call may take that does not say; 5 s if left out. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** From one node of a registry to another. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** What the one that was left did; `null` when it is back where it belongs. */
  readonly because: Error | null;
}

/** What every call may say. */
export interface CallOptions {
  /** Gives up: the call throws what the signal says. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly namespace?: string;
  /** Told about an answer before it is given. */
  readonly onAnswer?: (head: AnswerHead) => void;
}

/** What an answer says beside its body. */
export interface AnswerHead {
  readonly status: number;
  /** What the answer shows, or what a write made; `minRevision` waits for it elsewhere. */
  readonly revision?: number;
  /** Where a watch could go on from. */
  readonly cursor?: string;
  /** How old the answer is, while the registry cannot follow its log. */
  readonly ageSeconds?: number;
}

/** An instance is named by its id; where several services share that, also by its service. */
export interface InstanceOptions extends CallOptions {
  readonly service?: string;
}

export interface ReadOptions extends CallOptions {
  /** Waits, for a bounded time, until this revision is shown. */
  readonly minRevision?: number;
}

export interface PollOptions extends ReadOptions {
  /** The cursor of what is known already (`AnswerHead.cursor`): answered as soon as something has changed, or after `waitMs`. */
  readonly since?: string;
  /** Only with `since`; 30 s if left out. The call's own deadline has to be later. */
  readonly waitMs?: number;
}

/** Which instances of a service. */
export interface InstanceFilters {
  /** Left out: who is in rotation. `any`: everybody. */
  readonly health?: 'any' | 'passing' | 'warning' | 'critical' | 'starting';
  /** Who carries all of these. */
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly zone?: string;
  /** ZONE or REGION/ZONE: those of this zone first, then those of its region. */
  readonly near?: string;
}

/** The filters as the API spells them. */
export function filterQuery({
  health,
  tags,
  metadata = {},
  version,
  zone,
  near,
}: InstanceFilters): Readonly<Record<string, string | readonly string[] | undefined>> {
  const meta = Object.entries(metadata).map(([key, value]) => [`meta.${key}`, value] as const);
  return { health, tag: tags, version, zone, near, ...Object.fromEntries(meta) };
}
