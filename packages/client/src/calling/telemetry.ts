/** OpenTelemetry, if the program has it: looked for once, with the first call. */
import { tracingBy, type Tracing } from './tracing.js';

let found: Promise<Tracing | undefined> | undefined;

export function telemetry(): Promise<Tracing | undefined> {
  found ??= findTelemetry();
  return found;
}

async function findTelemetry(): Promise<Tracing | undefined> {
  try {
    return tracingBy(await import('@opentelemetry/api'));
  } catch {
    // A program without it.
    return undefined;
  }
}
