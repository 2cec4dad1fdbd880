/** Chance, passed in, so that a test can name its seed. */
export interface Random {
  /** A number in [0, 1). */
  number(): number;
  /** `length` bytes that nobody can guess. */
  bytes(length: number): Uint8Array;
}
