/**
 * What a face is given: a view to read from at once, a registrar to write through, and the duty to say who
 * is asking. A face translates, and holds no truth of its own.
 */
import type { CatalogSnapshot, ChangeBatch, FeedListener } from './catalog/feed.js';
import type { Instance } from './catalog/instance.js';
import type { InstanceId, Namespace, ServiceName } from './catalog/names.js';
import type { InstanceRef, Registration } from './catalog/registration.js';

/** Who asks. Every call carries it, so that rights, audit and limits come to one place and hold for all faces alike. */
export interface Caller {
  readonly identity: 'anonymous' | 'rollcall';
  /** The address that the question came from; empty for the registry itself. */
  readonly from: string;
  /** The face that it came through. */
  readonly face: string;
}

export interface ServiceSummary {
  /** As the oldest instance spells it. */
  readonly service: ServiceName;
  readonly instances: number;
  readonly inRotation: number;
}

/** Synchronous reads of one moment: nothing changes between two of them without an `await`. */
export interface CatalogView {
  readonly epoch: string;
  /** Every change up to this revision is shown. */
  readonly revision: number;
  /** The log has been read to its end at least once. Before, an absence means nothing. */
  readonly complete: boolean;
  /** In the order of their folded names. */
  services(namespace: Namespace, caller: Caller): readonly ServiceSummary[];
  /** All instances of a service, in rotation or not, in the order of their ids; none if nobody knows it. */
  instances(namespace: Namespace, service: ServiceName, caller: Caller): readonly Instance[];
  instance(ref: InstanceRef, caller: Caller): Instance | undefined;
  /** All that carry this id, in whatever service. */
  instancesById(namespace: Namespace, id: InstanceId, caller: Caller): readonly Instance[];
  /** What happened since, for who comes back; `null` if that is no longer remembered, or never was. */
  changesAfter(revision: number, caller: Caller): readonly ChangeBatch[] | null;
  /** Everything at once, as plain data: what a projection elsewhere begins with. */
  snapshot(caller: Caller): CatalogSnapshot;
  /** The answer ends it. */
  follow(listener: FeedListener, caller: Caller): () => void;
}

export interface Registered {
  readonly instance: Instance;
  /** It was not there before. */
  readonly created: boolean;
  /** Whoever reads at this revision or later sees it. */
  readonly revision: number;
}

/** The one door for writes. What it acknowledges, the view beside it shows. */
export interface Registrar {
  /** Registering the same again changes nothing but counts as a heartbeat. */
  register(registration: Registration, caller: Caller): Promise<Registered>;
  /** Throws `not-found` for an instance that is not there. */
  deregister(ref: InstanceRef, caller: Caller): Promise<{ readonly revision: number }>;
  /** Throws `not-found`: then register again. */
  heartbeat(ref: InstanceRef, caller: Caller): Promise<void>;
}
