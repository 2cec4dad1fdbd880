/** How the simulation is set unless somebody says otherwise. */
import { usualGuard, type GuardSettings } from '@rollcall/core';

/** The usual guard with shorter windows, so that it drains while one waits. */
export const shortWindows: GuardSettings = { ...usualGuard, windowMs: 60_000 };
