/** How long a call may take, as gRPC says it: `5S`, `250m`. */
import { TIMEOUT_MS_MAX } from './limits.js';

const unitsMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000_001 };

/** `null`: as long as it likes. What is no such text is as if it were not there. */
export function timeoutMs(text: string | undefined): number | null {
  const [, digits = '', unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(text ?? '') ?? [];
  const unitMs = unitsMs[unit];
  return unitMs === undefined ? null : Math.min(TIMEOUT_MS_MAX, Number(digits) * unitMs);
}
