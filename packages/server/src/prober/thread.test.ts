import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { noMeter, type ProbeNews, type ProbeOrder, type ProbeSpec } from '@rollcall/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../shared/system-clock.js';
import { ProberThread } from './thread.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const WITHIN = { timeout: 20_000 };

describe('the thread of the prober', () => {
  it('that dies of an exception is replaced, and the next one tells what has changed since', async () => {
    const complaints: string[] = [];
    const log = { info: () => undefined, warn: () => undefined, error: (text: string) => void complaints.push(text) };
    const settings = { loopback: true, allowed: [], scripts: false, authorities: null };
    const thread = new ProberThread({ settings, clock: systemClock, log, meter: noMeter });
    ends.push(() => thread.close());
    const news: ProbeNews[] = [];
    thread.tell((one) => void news.push(one));

    let status = 200;
    const server = createServer((_request, response) => void response.writeHead(status).end());
    ends.push(() => server.close());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const at = { host: '127.0.0.1', port, tls: null };
    const page = { ...at, type: 'http', method: 'GET', path: '/', headers: {}, body: null, statuses: [], contains: null } as const;
    const thresholds = { successBeforePassing: 1, failuresBeforeWarning: 1, failuresBeforeCritical: 1, startPeriodMs: 0 };
    const terms = { intervalMs: 1_000, timeoutMs: 1_000, ageMs: 0 };
    // The log had it as critical when it was ordered.
    thread.order({ ...terms, thresholds, key: 'web', spec: page, status: 'critical' });
    await vi.waitUntil(() => news.at(-1)?.status === 'passing', WITHIN);

    // What no caller could say: it has no thresholds to be weighed by.
    thread.order({
      ...terms,
      key: 'poison',
      spec: { type: 'tcp', ...at, port: 1, refusedOnly: false },
      status: 'starting',
    } as unknown as ProbeOrder<ProbeSpec>);
    await vi.waitUntil(() => complaints.length > 0, WITHIN);
    thread.drop('poison');
    status = 503;
    await vi.waitUntil(() => news.at(-1)?.status === 'critical', WITHIN);
    expect(news.map(({ key, status }) => [key, status])).toEqual([
      ['web', 'passing'],
      ['web', 'critical'],
    ]);
    expect(complaints).toEqual([expect.stringContaining('another one takes its place')]);
  });
});
