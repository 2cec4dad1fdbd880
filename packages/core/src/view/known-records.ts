/** What a view knows of the log's records about an instance, each with the revision that last changed it. */
import type { Instance, Registered } from '../catalog/instance.js';
import type { InstanceRef } from '../catalog/registration.js';
import type { IntentRecord } from '../records/intent-record.js';

export interface KnownRecords {
  /** The view shows every change up to here. */
  readonly viewRevision: number;
  readonly registered: Registered | null;
  readonly health: Pick<Instance, 'verdicts' | 'healthRevision' | 'held'> | null;
  readonly intent: IntentRecord | null;
  readonly intentRevision: number;
}

/** As much of the catalog as it takes to decide without asking the log first. */
export interface Knowing {
  /**
   * `null` where the view cannot tell: it does not follow the log, or a record holds what this program does not
   * understand. It may be behind the log: whoever decides by it has to have it confirmed there. `name` is what `refText`
   * says.
   */
  known(ref: InstanceRef, name: string): KnownRecords | null;
}
