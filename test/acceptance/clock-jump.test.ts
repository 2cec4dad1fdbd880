/** The wall clock jumps an hour forward and back while a fleet beats: nothing lapses, nothing departs. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/program.js';
import { ask, instancesOf, pause, until } from './asking.js';
import { openStream } from './event-stream.js';
import { RegistryProcess } from './registry-process.js';

const FLEET = 10;
const BEAT_MS = 200;
const HOUR_MS = 3_600_000;
/** Far beyond what a busy machine holds up a beat, and far below an hour: by the wall clock all would be over at once. */
const TTL = '5s';
/** Many looks at the deadlines. */
const AFTERWARDS_MS = 2500;

describeWith(['faketime'], 'a wall clock that jumps', () => {
  let directory: string;
  let registry: RegistryProcess;
  let beating: NodeJS.Timeout;
  const clockFile = (): string => join(directory, 'clock');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-clock-'));
    await writeFile(clockFile(), '+0\n');
    const env = {
      LD_PRELOAD: preloaded(),
      FAKETIME_TIMESTAMP_FILE: clockFile(),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DISABLE_SHM: '1',
    };
    registry = await RegistryProcess.start({ env });
  });
  afterAll(async () => {
    clearInterval(beating);
    await registry?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('takes nobody out of rotation, and ends nobody’s life', { timeout: 60_000 }, async () => {
    const { url } = registry;
    const ids = Array.from({ length: FLEET }, (_, at) => `pay-${at}`);
    const fields = { service: 'payments', host: '10.0.0.5', port: 8080, ttl: TTL, deregisterAfter: '1s' };
    await ask(url, 'POST', '/register/bulk', { instances: ids.map((id) => ({ ...fields, id })) });
    beating = setInterval(() => void ask(url, 'PUT', '/heartbeats', { ids }).catch(() => undefined), BEAT_MS);
    const stream = await openStream(url, '/services/payments/instances');
    await until(() => stream.events.length > 0);

    for (const [offset, offsetMs] of [
      ['+1h', HOUR_MS],
      ['-1h', -HOUR_MS],
      ['+0', 0],
    ] as const) {
      await writeFile(clockFile(), `${offset}\n`);
      // Somebody who comes now is dated by the clock that jumped: it really did.
      const { body } = await ask(url, 'POST', '/register', { ...fields, service: 'dated', id: offset, ttl: 'none' });
      expect(Math.abs(Date.parse(String(body['registeredAt'])) - Date.now() - offsetMs)).toBeLessThan(HOUR_MS / 2);
      await pause(AFTERWARDS_MS);
    }

    expect(stream.events.map(({ event }) => event)).toEqual(['snapshot']);
    expect(await instancesOf(url, 'payments')).toHaveLength(FLEET);
    expect((await ask(url, 'GET', '/guard')).body).toMatchObject({ departed: 0, held: 0 });
    stream.close();
  });
});

/** What the program `faketime` would preload. */
function preloaded(): string {
  return spawnSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout.trim();
}
