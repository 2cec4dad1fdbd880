/** The bounds of the gRPC door, each with its reason. */

/**
 * What a message may have that comes in: etcd's request of 1.5 MiB, and the half mebibyte beside it, so that what is too
 * large by a little is refused by the face, in its words.
 */
export const MESSAGE_BYTES_MAX: number = 2 * 1024 * 1024;

/** Messages that have begun to come and are not whole, of everybody together: a hundred and more of the largest. */
export const UNFINISHED_BYTES_MAX: number = 256 * 1024 * 1024;

/**
 * Calls that one connection may begin in a turn of the loop: whoever asks a thousand things at once is not served before
 * everybody else.
 */
export const CALLS_PER_TURN = 32;

/** Calls that wait for their turn: more than can be open at once, so that only who opens and gives up without end gets there. */
export const CALLS_WAITING_MAX = 20_000;

/** Answers that a connection has not taken. Beyond it no further call of it begins: who reads nothing is told nothing. */
export const UNREAD_ANSWERS_BYTES_MAX: number = 8 * 1024 * 1024;

/** A handshake is a few packets. */
export const HANDSHAKE_MS_MAX = 5000;

/** Whoever connects says soon what he speaks. */
export const FIRST_WORD_MS_MAX = 10_000;

/** How often connections are looked at: who was silent in between is asked whether he is there, and has until the next. */
export const LOOK_MS = 30_000;

/** Between the polite end and the other one. */
export const GOODBYE_MS_MAX = 5000;

/** Connections beyond the limit that are still told so. */
export const SURPLUS_CONNECTIONS_MAX = 1000;

/** A call that may take longer than this is as good as one that may take for ever. */
export const TIMEOUT_MS_MAX: number = 24 * 60 * 60 * 1000;

/** Of what a failure says; more than anybody reads. */
export const STATUS_MESSAGE_CHARACTERS_MAX = 2000;
