/**
 * Time, passed in. Deadlines live on `monotonicMs`, which no operator and no leap second can move;
 * `wallMs` is only for what people read and for what must outlive the process.
 */
export interface Clock {
  monotonicMs(): number;
  wallMs(): number;
  /** Calls back once after `delayMs`; the answer cancels. A waiting timer does not keep a process alive. */
  after(delayMs: number, callback: () => void): () => void;
}
