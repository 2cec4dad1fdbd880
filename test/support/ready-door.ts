/** Where a registry in a process of its own says that it is ready. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Where HTTP listens: `127.0.0.1:41234`. Reads on after the line was found, because a full pipe would stop the registry.
 * Throws if it ends without that line.
 */
export function readyDoor(stdout: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      const http = httpDoorIn(line);
      if (http !== undefined) resolve(http);
    });
    lines.once('close', () => reject(new Error('The registry ended before it was ready.')));
  });
}

/** The address in the one line that says that the registry is ready. */
function httpDoorIn(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const said = JSON.parse(line) as { readonly msg?: string; readonly doors?: { readonly http?: string } };
  return said.msg === 'ready' ? said.doors?.http : undefined;
}
