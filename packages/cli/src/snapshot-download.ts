/** What a running registry holds, for a command that keeps it in a file. */
import { RegistryClient, Unanswered } from '@rollcall/client';
import { connectOptions, type ConnectionOptions } from './connection-options.js';

/** Throws what `refusalOf` has words for. */
export async function* downloadSnapshot(options: ConnectionOptions): AsyncGenerator<Uint8Array> {
  const registry = new RegistryClient(connectOptions(options));
  try {
    yield* registry.snapshot();
  } finally {
    await registry.close();
  }
}

/** The connection ended in the middle, and the next attempt may come to the end. */
export function isBrokenOff(error: unknown): boolean {
  return error instanceof Unanswered && error.reason === 'broken';
}
