/** The bounds of the quick reader. None of them refuses anybody: what lies beyond is read by node:http, which has bounds of its own. */

/** A path, a token and a handful of headers are less than two. */
export const QUICK_HEAD_BYTES_MAX: number = 8 * 1024;

/** Browsers send twenty. */
export const HEADERS_MAX = 64;

/** Blocks of headers that are recognized: as many kinds of clients. Whoever sends others each time is read anew each time. */
export const BLOCKS_KEPT_MAX = 256;

/** So long a block is kept: all of them together are a quarter of a mebibyte. */
export const BLOCK_CHARACTERS_KEPT_MAX = 1024;

/** Copying less than this behind its head costs less than sending it apart. */
export const JOINED_BYTES_MAX: number = 16 * 1024;
