/** Every problem that the native API answers, with its status. The codes are those of the registry's error catalogue. */

export const problemStatuses = {
  'aborted': 503,
  'ambiguous-id': 409,
  'conflict': 409,
  'host-not-allowed': 421,
  'internal': 500,
  'invalid-request': 400,
  'lease-exists': 409,
  'lease-not-found': 404,
  'not-found': 404,
  'not-ready': 503,
  'origin-not-allowed': 403,
  'outcome-unknown': 504,
  'overloaded': 503,
  'payload-too-large': 413,
  'request-timeout': 408,
  'revision-compacted': 410,
  'revision-in-future': 409,
  'store-closed': 503,
  'store-corrupt': 500,
  'store-failed': 500,
  'store-full': 507,
  'store-locked': 503,
  'store-newer': 500,
  'too-many-requests': 429,
  'unknown-route': 404,
  'unsupported-media-type': 415,
} as const;

export type ProblemCode = keyof typeof problemStatuses;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The `type` of a problem document: `urn:rollcall:error:not-found`. */
export function problemType(code: ProblemCode): string {
  return `urn:rollcall:error:${code}`;
}
