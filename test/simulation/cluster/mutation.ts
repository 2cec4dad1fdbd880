/** Ways to break the protocol on purpose: each must be found, or the simulation proves nothing. */
export const mutations = [
  'nobody is asked',
  'no fences',
  'no full ttl after a loss',
  'membership by the log',
  'goodbye without handing over',
  'ages as heard from the watch',
] as const;

export type Mutation = (typeof mutations)[number];
