/** Time and chance, passed in: a test names the hour and the seed. What the registry's own ports say fits these too. */

export interface Clock {
  /** Never goes back, whoever sets the clock. */
  monotonicMs(): number;
  wallMs(): number;
  /** Calls back once after `delayMs`; the answer cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

export interface Random {
  /** A number in [0, 1). */
  number(): number;
}
