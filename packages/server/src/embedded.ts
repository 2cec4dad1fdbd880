/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A registry in the caller's own process: no child, no signal handlers, nothing printed, and nothing left behind after
 * it is closed. Several of them know nothing of each other.
 *
 *     await using registry = await startRegistry();
 *     await fetch(`${registry.url}/services`);
 */
import type { Log } from '@rollcall/core';
import { readEmbedded, type RegistryOptions } from './options/embedded-options.js';
import { runRegistry } from './registry.js';
import { systemClock } from './shared/system-clock.js';
import { systemRandom } from './shared/system-random.js';
import { version } from './version.js';

export interface EmbeddedRegistry extends AsyncDisposable {
  /** Where it is asked, from this machine: `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Where it answers DNS, from this machine: `127.0.0.1:8600`. `null` where it does not: it takes the option `dns`. */
  readonly dns: string | null;
  /** Watchers are told, requests finished, the log closed. Never throws; a second call waits for the first. */
  close(): Promise<void>;
}

const nobody: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Settles when it answers. Throws with everything closed again, and a TypeError if the options make no sense. */
export async function startRegistry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const { log = nobody } = options;
  const registry = await runRegistry(readEmbedded(options), { clock: systemClock, random: systemRandom, log, version: version() });
  const close = (): Promise<void> => registry.stop();
  void registry.failed.then((error) => {
    log.error('this node cannot go on, and stops', { reason: error.message });
    return close();
  });
  const { http = '', https, dns } = registry.doors;
  const url = https === undefined ? `http://${reachable(http)}` : `https://${reachable(https)}`;
  return { url, dns: dns === undefined ? null : reachable(dns), close, [Symbol.asyncDispose]: close };
}

/** Nobody is at 0.0.0.0: who listens on all addresses is asked on loopback. */
function reachable(door: string): string {
  return door.replace(/^0\.0\.0\.0(?=:)/, '127.0.0.1').replace(/^\[::\](?=:)/, '[::1]');
}
