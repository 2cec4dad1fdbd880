/** What comes from outside of the program. */
import type { Clock, Log, Random } from '@rollcall/core';

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
}
