/** How fast attendance works, and how much of it at a time. */

/** Half of the shortest ttl, so that none of them lapses twice as late as it should. */
export const TICK_MS = 100;

/** The wheel then spans 102 s: the usual ttl and the usual departure without a second look. */
export const WHEEL_BUCKETS = 1024;

/** Looks in one turn of the loop: well under a millisecond, whoever else is waiting. */
export const LOOKS_PER_TURN_MAX = 2048;

/** Rows in one turn that are looked through when duty has moved: a few milliseconds, most of them for making texts. */
export const ROWS_PER_TURN_MAX = 2048;

/**
 * Verdicts in one commit. Each has two fences, and a commit takes 128 compares (as etcd does); what is left over is
 * for the guard's and for those of a cluster.
 */
export const BATCH_MAX = 56;

/** Commits under way at the same time: they share a sync of the disk, and leave room for everybody else's. */
export const BATCHES_AT_ONCE_MAX = 4;

/** Between two attempts to write a verdict that the log would not take. */
export const RETRY_MS = 1000;
