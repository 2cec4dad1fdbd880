/** The bounds of the DNS door's sockets, each with its reason. */

/** The length before a message on TCP. */
export const LENGTH_BYTES = 2;

/** A question with every option that there is has a few hundred bytes; more is none. */
export const QUESTION_BYTES_MAX = 4096;

/** A connection on which nothing is finished for so long is closed, also one that has begun to send a question: RFC 7766 leaves that to us. */
export const IDLE_MS_MAX = 10_000;
/** How often that is looked for. */
export const IDLE_LOOK_MS = 1000;

/** Resolvers need one or two each. Where there are more, those go first that were idle longest. */
export const CONNECTIONS_MAX = 1000;
/** From one address; this machine has no such bound. */
export const CONNECTIONS_PER_ADDRESS_MAX = 100;

/** What a connection has not read of its answers, before its questions wait. */
export const UNREAD_BYTES_MAX: number = 64 * 1024;
/** Questions of one connection that others are asked about at a time. */
export const PENDING_PER_CONNECTION_MAX = 100;

/** What may wait to be sent over udp: a network that takes away no more than that is full, and who asks will ask again. */
export const UNSENT_BYTES_MAX: number = 4 * 1024 * 1024;

/** What the system keeps of questions while this thread does something else; it gives as much as it is allowed to. */
export const RECEIVE_BUFFER_BYTES: number = 4 * 1024 * 1024;

/** Ports of services that answer whatever they get (echo, daytime, quotes, characters), and the one that is none: no question comes from there. */
export const portsOfNoQuestions: ReadonlySet<number> = new Set([0, 7, 13, 17, 19]);
