/** A stream by the plainest of clients: `curl -N`, left and resumed by Last-Event-ID, also over a killed registry. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/program.js';
import { ask, until } from './asking.js';
import { RegistryProcess } from './registry-process.js';

let registry: RegistryProcess;
beforeAll(async () => {
  registry = await RegistryProcess.start();
});
afterAll(() => registry?.close());

describeWith(['curl'], 'curl -N', () => {
  it('is told everything once, whenever it comes back', { timeout: 60_000 }, async () => {
    await register('a');
    const first = watching();
    const snapshot = await until(() => first.text().includes('event: snapshot') && first.text());
    await register('b');
    const told = await until(() => first.text().includes('event: change') && first.text());
    expect(snapshot).toContain('"id":"a"');
    expect(told).toContain('"id":"b"');
    await first.leave();

    await register('c');
    await registry.kill();
    await registry.start();
    const second = watching(lastIdIn(first.text()));
    const missed = await until(() => second.text().includes('event: change') && second.text());
    expect(missed).toContain('"id":"c"');
    expect(missed).not.toMatch(/event: (snapshot|resync)|"id":"[ab]"/);
    await register('d');
    await until(() => second.text().includes('"id":"d"'));
    await second.leave();
  });
});

async function register(id: string): Promise<void> {
  await ask(registry.url, 'POST', '/register', { service: 'payments', id, host: '10.0.0.5', port: 8080, ttl: 'none' });
}

function watching(lastEventId?: string): { text(): string; leave(): Promise<void> } {
  const resumed = lastEventId === undefined ? [] : ['-H', `Last-Event-ID: ${lastEventId}`];
  const child = spawn('curl', ['-sN', '-H', 'Accept: text/event-stream', ...resumed, `${registry.url}/services/payments/instances`]);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return {
    text: () => text,
    async leave() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

function lastIdIn(text: string): string {
  return [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
}
