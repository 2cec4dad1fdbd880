/** Panic on the caller's side: when too many are ejected, it is more likely the caller or the network that is ill, and all are tried. */

export interface PanicOptions {
  /** Below this share of endpoints that are not ejected, all are tried. 0.5 if left out; 0: only when none is left. */
  readonly below?: number;
  /** In a smaller pool than this, only when none is left: there, two dead ones are simply dead. 10 if left out. */
  readonly endpointsMin?: number;
}

export interface PanicRule {
  readonly below: number;
  readonly endpointsMin: number;
}

/** The registry's own rule, on what it can know. */
export const usualPanic: PanicRule = { below: 0.5, endpointsMin: 10 };

/** Of `endpoints` that could be chosen, so many are ejected. */
export function isPanic(endpoints: number, ejected: number, { below, endpointsMin }: PanicRule): boolean {
  const left = endpoints - ejected;
  if (left <= 0) return ejected > 0;
  return endpoints >= endpointsMin && left < endpoints * below;
}
