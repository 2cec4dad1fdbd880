/**
 * The brake on departures, as the log has it under `/rollcall/guard`. Attendance writes it; the view only reads whether
 * the guard holds anybody, which is when a service that it would leave empty panics. Who is held says so in its own
 * health record.
 */

export interface GuardState {
  /** The budget of this window is spent, and somebody waits because of it. */
  readonly holding: boolean;
  /** When the window began, by the wall clock; 0 before the first. */
  readonly windowStartMs: number;
  /** How many were present when it began. */
  readonly presentAtStart: number;
  /** How many have departed in it by lapse or failed probes. */
  readonly departed: number;
}

/** A log without the record: nobody was ever counted. */
export const idleGuard: GuardState = { holding: false, windowStartMs: 0, presentAtStart: 0, departed: 0 };
