/** What every row of an answer is made with. */
import type { Indexes } from '../indexes.js';

export interface Terms {
  readonly indexes: Indexes;
  readonly datacenter: string;
}
