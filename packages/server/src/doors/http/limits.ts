/** The bounds of the HTTP door, each with its reason. */

/** A registration is at most 64 KiB; the rest is room for those that are laid out for reading, and for lists of them. */
export const BODY_BYTES_MAX: number = 1024 * 1024;

/** Who sends a request more slowly than this is not sending one. */
export const REQUEST_MS_MAX = 30_000;

/** Its head is one packet or two; who takes longer holds connections open on purpose. */
export const HEAD_MS_MAX = 10_000;

/** Node's own bound: a path, a token and a handful of headers are less than two. */
export const HEAD_BYTES_MAX: number = 16 * 1024;

/** A handshake is a few packets; node's own two minutes are a place for everybody who wants to hold connections. */
export const HANDSHAKE_MS_MAX = 5000;

/** How often the slow ones are looked for; Node's own half minute would make ten seconds forty. */
export const SLOW_LOOK_MS = 2000;

/** Longer than the minute after which most proxies let go, so that it is they who close and no request is lost on the way. */
export const IDLE_MS_MAX = 72_000;

/** So much longer than is told: who asks again at the last moment does not find the connection gone. Node's own. */
export const IDLE_GRACE_MS = 1000;

/** Between the polite end and the other one. */
export const GOODBYE_MS_MAX = 5000;

/** Hosts whose verdict is remembered: a door is asked by few names, unless somebody plays with them. */
export const KNOWN_HOSTS_MAX = 256;

/**
 * Connections beyond the limit that are still told so. Beyond these the system's own backlog has to do: telling takes a
 * socket, too.
 */
export const SURPLUS_CONNECTIONS_MAX = 1000;

/** A body that was not wanted is read to its end if it is this short, so that its connection can go on. */
export const UNWANTED_BODY_BYTES_MAX: number = 64 * 1024;

/**
 * So much more than is allowed is read, and thrown away, before a body is said to be too large: many programs read no answer
 * while they write, and never hear one on a connection that ends before they are done.
 */
export const OVERRUN_BYTES_MAX: number = 4 * 1024 * 1024;
