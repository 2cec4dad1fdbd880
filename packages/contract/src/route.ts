/** What a route of the native API is, as data: for the server, the OpenAPI document, the reference page and the clients. */
import type { ProblemCode } from './problems.js';
import type { SchemaName } from './schemas.js';

/**
 * Who is served first when not everybody can be, from the first to the last. What is `always` served costs nothing and is
 * asked by whoever looks after the node.
 */
export const lanes = ['always', 'heartbeat', 'deregister', 'register', 'watch', 'read'] as const;

export type Lane = (typeof lanes)[number];

/**
 * What a caller must be allowed; each right holds those before it. `none`: everybody, whoever it is, so that whoever looks
 * after nodes needs no token.
 */
export const routeRights = ['none', 'read', 'write', 'operate'] as const;

/**
 * What the right must hold for. `service`: the service that the call names, or whose instance it names; of many, each is
 * judged by itself. `some`: any service, and what is answered is what of it the caller may read. `namespace`: all services
 * of the namespace. `registry`: all services of all namespaces, or as many as the call names.
 */
export const routeScopes = ['service', 'some', 'namespace', 'registry'] as const;

export interface RouteAccess {
  readonly right: (typeof routeRights)[number];
  readonly over: (typeof routeScopes)[number];
}

export interface QueryParameter {
  readonly name: string;
  readonly description: string;
  readonly schema: SchemaName | { readonly enum: readonly string[] } | { readonly type: 'string' | 'integer' };
  /** May be given several times. */
  readonly repeatable?: boolean;
  readonly example: string;
}

export interface RouteAnswer {
  readonly status: number;
  readonly description: string;
  /** Left out: no body, or one that is no JSON. */
  readonly schema?: SchemaName;
  /** Left out: `application/json` if there is a schema. */
  readonly mediaType?: string;
}

export interface Route extends RouteAccess {
  /** Unique; the name of the call in generated clients. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** What varies stands in braces: `/instances/{id}`. */
  readonly path: string;
  readonly area: 'instances' | 'discovery' | 'machines' | 'operations';
  readonly lane: Lane;
  /** A sentence. */
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, SchemaName>>;
  readonly query?: readonly QueryParameter[];
  readonly headers?: readonly { readonly name: string; readonly description: string; readonly example: string }[];
  readonly body?: { readonly schema: SchemaName; readonly required: boolean };
  readonly answers: readonly RouteAnswer[];
  /** Beyond those that every route can answer. */
  readonly problems: readonly ProblemCode[];
}

/** What can happen to every call: `problemsOfAll` is not repeated in any route. */
export const problemsOfAll: readonly ProblemCode[] = [
  'invalid-request',
  'head-too-large',
  'host-not-allowed',
  'origin-not-allowed',
  'unauthenticated',
  'forbidden',
  'request-timeout',
  'too-many-requests',
  'overloaded',
  'not-ready',
  'internal',
];
