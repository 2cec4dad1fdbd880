/** What attendance is given on a cluster. Without it a node is alone: it hears everybody, and asks nobody. */
import type { Colleagues } from '../ports/colleagues.js';
import type { Duty } from './duty.js';
import type { RosterView } from './roster-view.js';

export interface Company {
  readonly roster: RosterView;
  readonly duty: Duty;
  readonly colleagues: Colleagues;
  /**
   * Whether our membership surely holds at this moment, by our own clock: false from the moment on that our lease may have run
   * out, though no timer could say so yet (this process may have slept until now). As long as it holds, nobody says a lapse without
   * asking us, so what is heard here may be acknowledged. Asked with every heartbeat: one look at the clock.
   */
  readonly isMember: () => boolean;
}
