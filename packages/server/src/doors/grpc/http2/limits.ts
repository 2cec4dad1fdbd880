/** The bounds of a connection of HTTP/2, each with its reason. */

/** What one stream may send ahead: a large put fits without waiting for us, also over a long way. */
export const STREAM_WINDOW_BYTES: number = 1024 * 1024;

/** What all streams of a connection may send ahead, together: sixteen that nobody reads do not stop the others. */
export const CONNECTION_WINDOW_BYTES: number = 16 * 1024 * 1024;

/** Watches and keepalives take a stream each in some clients; who wants more opens another connection. */
export const STREAMS_MAX = 10_000;

/** A path, a token and what clients add of their own are less than two. */
export const HEADER_LIST_BYTES_MAX: number = 16 * 1024;

/** As they come over the wire, in as many frames as anybody likes. */
export const HEADER_BLOCK_BYTES_MAX: number = 32 * 1024;

/**
 * Frames that ask for nothing, between two looks at the connection: pings, settings, empty data. Those that are meant
 * come a few in a minute; each of them costs an answer.
 */
export const IDLE_FRAMES_MAX = 10_000;

/** What the system has not taken yet. Beyond it answers wait at their streams, where one can see whose they are. */
export const SOCKET_BYTES_MAX: number = 256 * 1024;

/** Answers to pings and settings, and ends of streams, do not wait; who reads none of them has made up his mind not to. */
export const UNREAD_BYTES_MAX: number = 2 * 1024 * 1024;

/** What one stream may send before the others have their turn. */
export const TURN_BYTES: number = 64 * 1024;

/** So little waits that more may be written. */
export const LITTLE_BYTES: number = 64 * 1024;
