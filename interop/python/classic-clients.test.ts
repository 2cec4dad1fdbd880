import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { idleRegistry } from '../../test/support/idle-registry.js';
import { describeWith } from '../../test/support/program.js';

const program = fileURLToPath(new URL('classic_clients.py', import.meta.url));

describeWith(['python3'], 'the classic little clients in Python', () => {
  it('work as they are', async () => {
    const registry = await idleRegistry();
    try {
      const { stdout } = await promisify(execFile)('python3', [program, `http://${registry.doors['http']}`], { timeout: 20_000 });
      expect(JSON.parse(stdout)).toEqual({
        chosen: 'payment-service-10.0.0.1-8080',
        repeated: true,
        registered: 201,
        kept: true,
        found: 2,
        heartbeats: [204, 204],
        deregistered: [204, 204],
        left: 0,
        unknown: 404,
      });
    } finally {
      await registry.stop();
    }
  });
});
