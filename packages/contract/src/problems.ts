/** Every problem that the native API answers, with its status. The codes are those of the registry's error catalogue. */

export const problemStatuses = {
  'aborted': 503,
  'ambiguous-id': 409,
  'conflict': 409,
  'forbidden': 403,
  'head-too-large': 431,
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
  'store-unavailable': 503,
  'too-many-requests': 429,
  'unauthenticated': 401,
  'unknown-route': 404,
  'unsupported-media-type': 415,
} as const;

export type ProblemCode = keyof typeof problemStatuses;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The `type` of a problem document: `urn:rollcall:error:not-found`. */
export function problemType(code: ProblemCode): string {
  return `urn:rollcall:error:${code}`;
}

/** Instead of the usual advice for `not-found`: the instance is there, and a check of it is not. */
export const missingCheckAdvice = 'GET /instances/{id}/why, or `rollcall why ID`, lists the checks that it has.';

/** What to do about it, in a sentence: the field `advice` of a problem document. */
export const problemAdvice = {
  'aborted': 'Send it again if the answer still matters.',
  'ambiguous-id': 'Choose one of the candidates, and name its service with ?service=.',
  'conflict': 'Send it again: it is then judged by what is there now.',
  'forbidden': 'Ask whoever looks after the token file for the right that is named, or use another token.',
  'head-too-large': 'Send fewer and shorter headers, and what is long in the body.',
  'host-not-allowed': 'Ask by the address that the registry is bound to, such as localhost.',
  'internal': 'Report it, with the lines of the registry’s log that go with it.',
  'invalid-request': 'Mend what `problems` lists; sending it again unchanged does not help.',
  'lease-exists': 'Choose another id, or give none.',
  'lease-not-found': 'Grant a new lease, and write again what should hang on it.',
  'not-found': 'Register it, or look at GET /services for the name that it goes by.',
  'not-ready': 'Wait as long as Retry-After says, or ask another node.',
  'origin-not-allowed': 'If the page is yours, start the registry with --cors-origin and its origin.',
  'outcome-unknown': 'Registering, beating and leaving can be repeated at once; for anything else read first.',
  'overloaded': 'Wait as long as Retry-After says, or ask another node.',
  'payload-too-large': 'Send less, or in several calls.',
  'request-timeout': 'Send it again, all at once.',
  'revision-compacted': 'Read everything anew, and go on from the revision of that answer.',
  'revision-in-future': 'Wait as long as Retry-After says; if that does not help, read anew.',
  'store-closed': 'Ask another node, or this one when it is back.',
  'store-corrupt': 'Keep a copy of the data directory, then restore a snapshot.',
  'store-failed': 'Look at the disk, then restart the registry.',
  'store-full': 'Make room on the disk of the registry, then send it again.',
  'store-locked': 'Stop the other registry, or give this one a directory of its own.',
  'store-unavailable': 'Nothing happened. Send it again in a moment, or ask another node; reads are answered from memory meanwhile.',
  'store-newer': 'Start the newer program again, or restore an older snapshot.',
  'too-many-requests': 'Wait as long as Retry-After says, and come back with fewer at a time.',
  'unauthenticated': 'Send a token that is in the registry’s token file: Authorization: Bearer TOKEN.',
  'unknown-route': 'Look at the method and the path; GET /openapi.json has all that there are.',
  'unsupported-media-type': 'Send JSON, with the header Content-Type: application/json.',
} as const satisfies Readonly<Record<ProblemCode, string>>;
