/** How much of everything an instance may carry. Every bound has its reason; none is a round number by accident. */

/** Consul's longest name, and more than a DNS label; names of this length still fit a line. */
export const SERVICE_NAME_CHARACTERS_MAX = 128;

/** Derived ids hold a service, a host and a port; Eureka's and Kubernetes' ids fit too. */
export const INSTANCE_ID_CHARACTERS_MAX = 256;

/** A DNS label, as Kubernetes' namespaces are. */
export const NAMESPACE_CHARACTERS_MAX = 63;

/** RFC 1035: the longest name that DNS can answer. */
export const HOST_CHARACTERS_MAX = 253;

/** Beyond http, grpc, metrics and admin: as many as Kubernetes' services are seen to have. */
export const PORTS_MAX = 32;

/** Callers filter by tags; every one of them is looked at for every instance. */
export const TAGS_MAX = 64;
export const TAG_CHARACTERS_MAX = 256;

/** Twice what Consul takes, because Spring's and Nacos' clients add their own. */
export const METADATA_ENTRIES_MAX = 128;
export const METADATA_KEY_CHARACTERS_MAX = 128;
/** Room for a small document, such as a Kubernetes annotation's. */
export const METADATA_VALUE_CHARACTERS_MAX = 4096;

/** Version, zone, region and machine are labels, not texts. */
export const LABEL_CHARACTERS_MAX = 128;

/** DNS carries weights in 16 bits (RFC 2782). */
export const WEIGHT_MAX = 65_535;

/** One record: sixteen of them fit into one commit, and a caller can hold thousands. */
export const RECORD_BYTES_MAX = 65_536;

/** Below, a collection pause looks like a death; above, heartbeats say nothing. */
export const TTL_MIN_MS = 200;
/** Among several nodes a beat takes a moment to get to the one that looks after it, and that one asks the others before it judges. */
export const CLUSTER_TTL_MIN_MS = 2000;
export const TTL_MAX_MS: number = 24 * 60 * 60 * 1000;
/** Three beats of the usual ten seconds: one may be lost and one may be late. */
export const TTL_DEFAULT_MS = 30_000;

/** Who has been gone for a week is gone. */
export const DEREGISTER_AFTER_MAX_MS: number = 7 * 24 * 60 * 60 * 1000;
/** Long enough for a restart of the instance, short enough that nobody clears up by hand. */
export const DEREGISTER_AFTER_DEFAULT_MS = 90_000;

/** Of one instance: its heartbeat, its port, its page, its gRPC service, and what its host's monitoring has. */
export const CHECKS_MAX = 16;

/** A sentence for whoever looks: why somebody is out. */
export const REASON_CHARACTERS_MAX = 256;

/** What a check says of itself: a page of text, as Consul keeps of its own. */
export const OUTPUT_CHARACTERS_MAX = 4096;

/** Whoever drains for longer is not leaving. */
export const DRAIN_MAX_MS: number = 24 * 60 * 60 * 1000;

/** More than any service has, so that a rule may also say "never". */
export const PANIC_ELIGIBLE_MAX = 100_000_000;

/** A machine has a handful of networks. */
export const ADDRESSES_MAX = 16;
