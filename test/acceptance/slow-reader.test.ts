/** Two watch the same, and one of them never reads: the other one gets everything, and that one can come back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, until } from './asking.js';
import { openStream, type StreamedEvent } from './event-stream.js';
import { RegistryProcess } from './registry-process.js';

/** More than the registry keeps for a reader and than any system keeps for a connection, both together. */
const CHANGES = 40;
const IDS = Array.from({ length: 10 }, (_, at) => `pay-${at}`);
const PADDING = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`k${at}`, 'x'.repeat(4000)]));

let registry: RegistryProcess;
beforeAll(async () => {
  registry = await RegistryProcess.start();
});
afterAll(() => registry?.close());

const WATCHED = '/services/payments/instances';

describe('of two watchers', () => {
  it('the one that reads gets everything, the other one is cut off and goes on from its cursor', { timeout: 60_000 }, async () => {
    const { url } = registry;
    const reader = await openStream(url, WATCHED);
    const idler = await openStream(url, WATCHED, { unread: true });
    for (let at = 0; at < CHANGES; at++) {
      const metadata = { ...PADDING, at: String(at) };
      const instances = IDS.map((id) => ({ service: 'payments', id, host: '10.0.0.5', port: 8080, ttl: 'none', metadata }));
      await ask(url, 'POST', '/register/bulk', { instances });
    }
    const last = await until(() => lastSeen(reader.events) === CHANGES - 1 && reader.lastId);
    expect(reader.ended).toBe(false);

    // What had left the registry before it gave up still arrives.
    idler.read();
    await until(() => idler.ended);
    expect(lastSeen(idler.events)).toBeLessThan(CHANGES - 1);
    const again = await openStream(url, WATCHED, { lastEventId: idler.lastId });
    await until(() => lastSeen(again.events) === CHANGES - 1);
    expect(again.events.map(({ event }) => event)).toEqual(['change']);
    expect(again.lastId).toBe(last);
    for (const stream of [reader, again]) stream.close();
  });
});

/** The number of the latest registration that was told of; the last event has it. */
function lastSeen(events: readonly StreamedEvent[]): number {
  const { data } = events.at(-1) ?? { data: '' };
  return Math.max(-1, ...[...data.matchAll(/"at":"(\d+)"/g)].map(([, at]) => Number(at)));
}
