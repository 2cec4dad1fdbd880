/** The bounds of the peer door, each with its reason. */

/** A few nodes with a few connections each, and as many replicas as anybody has. */
export const CONNECTIONS_MAX = 1000;

/** Nodes of one cluster are near each other: who takes longer for its head, its body or its handshake is not well. */
export const HEAD_MS_MAX = 5000;
export const REQUEST_MS_MAX = 10_000;
export const HANDSHAKE_MS_MAX = 5000;

/** How often the slow ones are looked for. */
export const SLOW_LOOK_MS = 1000;

/** Everybody is asked at least once a second, so that a silent connection is one of somebody who is gone. */
export const IDLE_MS_MAX = 30_000;

/** A path and a handful of short headers. */
export const HEAD_BYTES_MAX: number = 8 * 1024;

/** All bodies that are being read, together: sixteen of the largest. */
export const BODIES_BYTES_MAX: number = 64 * 1024 * 1024;

/** Between the polite end and the other one. */
export const GOODBYE_MS_MAX = 2000;

/** Of the complaints about those who are turned away. */
export const COMPLAINT_EVERY_MS = 10_000;
