import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleet } from './fleet.fixture.js';
import { answers, wellBehaved } from './strange-servers.fixture.js';
import { telemetry } from './telemetry.js';
import type { Tracing } from './tracing.js';

const exporter = new InMemorySpanExporter();
let tracing: Tracing | undefined;
beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  tracing = await telemetry();
});
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

describe('OpenTelemetry', () => {
  it('has a span for each try, below the one that is active, and passes it on', async () => {
    const { fetch, servers, close } = await fleet([answers(503), wellBehaved], {}, {}, {}, () => tracing);
    const parent = trace.getTracer('test').startSpan('parent');
    const response = await context.with(trace.setSpan(context.active(), parent), () => fetch('http://payments/'));
    await response.text();
    parent.end();
    const spans = exporter.getFinishedSpans().filter(({ name }) => name === 'GET payments');
    expect(
      spans.map(({ attributes, status }) => [attributes['rollcall.instance'], attributes['http.response.status_code'], status.code]),
    ).toEqual([
      ['a', 503, 2],
      ['b', 200, 0],
    ]);
    const { traceId } = parent.spanContext();
    expect(spans.map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
    expect(servers.map(({ headers }) => headers[0]?.['traceparent'])).toEqual(
      spans.map((span) => `00-${traceId}-${span.spanContext().spanId}-01`),
    );
    await close();
  });
});
