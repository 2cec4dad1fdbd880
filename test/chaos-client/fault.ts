/** What a fault is. */
import type { Stretch } from './judging.js';
import type { Stage } from './stage.js';

/** Goes wrong, is mended, and answers what has to be true of the calls meanwhile. */
export type Fault = (stage: Stage, pick: Pick, pace: Pace) => Promise<Judge>;
type Pick = <Item>(items: readonly Item[]) => Item;
export type Judge = (stretch: Stretch) => readonly string[];

export interface Pace {
  /** How long an instance is ill. */
  readonly illMs: number;
  /** How long the registry is away. */
  readonly awayMs: number;
}
