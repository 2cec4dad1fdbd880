/** A span for every try, where the program has OpenTelemetry; nothing of it is needed where it has not. */
import type { Endpoint } from '../balancing/endpoint.js';
import type { Tried } from './tried.js';

export interface TrySpan {
  /** For the instance: `traceparent`, and whatever else the program's propagator says. */
  readonly headers: Readonly<Record<string, string>>;
  end(tried: Tried): void;
}

export interface Tracing {
  begin(endpoint: Endpoint, service: string, method: string, retry: number): TrySpan;
}

/** What is used of `@opentelemetry/api`. */
export interface OpenTelemetryApi {
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: { kind: number; attributes: Record<string, string | number> }, context: unknown): OtelSpan;
    };
    setSpan(context: unknown, span: OtelSpan): unknown;
  };
  readonly context: { active(): unknown };
  readonly propagation: { inject(context: unknown, carrier: Record<string, string>): void };
}

interface OtelSpan {
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR`: OpenTelemetry's numbers, which are part of its interface. */
const CLIENT_KIND = 2;
const ERROR_STATUS = 2;

/** Where all copies of `@opentelemetry/api` of major version 1 keep what the program has registered. */
const REGISTERED: unique symbol = Symbol.for('opentelemetry.js.api.1');

/** Having the interface costs nothing as long as nobody traces by it. */
export function isTraced(): boolean {
  return (globalThis as { readonly [REGISTERED]?: { readonly trace?: unknown } })[REGISTERED]?.trace !== undefined;
}

export function tracingBy({ trace, context, propagation }: OpenTelemetryApi): Tracing {
  const tracer = trace.getTracer('@rollcall/client');
  return {
    begin(endpoint, service, method, retry) {
      const { id, instance } = endpoint;
      const attributes: Record<string, string | number> = {
        'http.request.method': method,
        'peer.service': service,
        'rollcall.service': service,
        'rollcall.instance': id,
        ...(instance.host === undefined ? {} : { 'server.address': instance.host }),
        ...(instance.port === undefined ? {} : { 'server.port': instance.port }),
        ...(retry === 0 ? {} : { 'http.request.resend_count': retry }),
      };
      const around = context.active();
      const span = tracer.startSpan(`${method} ${service}`, { kind: CLIENT_KIND, attributes }, around);
      const headers: Record<string, string> = {};
      propagation.inject(trace.setSpan(around, span), headers);
      return { headers, end: (tried) => endSpan(span, tried) };
    },
  };
}

function endSpan(span: OtelSpan, { outcome, status, because }: Tried): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  if (outcome !== 'answered') {
    span.setAttribute('error.type', because ?? (status === undefined ? outcome : String(status)));
    span.setStatus(because === undefined ? { code: ERROR_STATUS } : { code: ERROR_STATUS, message: because });
  }
  span.end();
}
