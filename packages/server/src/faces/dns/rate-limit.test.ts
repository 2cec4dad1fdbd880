import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { networkOf, RateLimit, type Verdict } from './rate-limit.js';

describe('how many answers a network may have', () => {
  it('is counted by the second, and what is beyond is cut or left out in turn', async () => {
    const clock = new SimulatedClock();
    const limit = new RateLimit({ answersPerSecond: 3, clock });
    const ask = (address: string, times: number): readonly Verdict[] => Array.from({ length: times }, () => limit.judge(address));
    expect([...ask('10.0.0.1', 2), ...ask('10.0.0.200', 4)]).toEqual(['answer', 'answer', 'answer', 'cut', 'nothing', 'cut']);
    expect(ask('10.0.1.1', 1)).toEqual(['answer']);
    await clock.advance(1000);
    expect(ask('10.0.0.1', 1)).toEqual(['answer']);
  });

  it('has no bound for this machine, and none at all if it is 0', () => {
    const clock = new SimulatedClock();
    const limit = new RateLimit({ answersPerSecond: 1, clock });
    for (const address of ['127.0.0.1', '127.9.9.9', '::1']) for (let at = 0; at < 5; at++) expect(limit.judge(address)).toBe('answer');
    const none = new RateLimit({ answersPerSecond: 0, clock });
    for (let at = 0; at < 5; at++) expect(none.judge('10.0.0.1')).toBe('answer');
  });

  it('remembers a bounded number of networks, and counts those beyond together', () => {
    const limit = new RateLimit({ answersPerSecond: 5, clock: new SimulatedClock() });
    const verdicts = Array.from({ length: 30_000 }, (_, at) => limit.judge(`10.${at >> 8}.${at & 255}.1`));
    expect(verdicts.slice(0, 20_000).every((verdict) => verdict === 'answer')).toBe(true);
    expect(verdicts.slice(20_100).includes('answer')).toBe(false);
  });

  it('is by /24 and /56', () => {
    expect(networkOf('192.0.2.7')).toBe(networkOf('192.0.2.255'));
    expect(networkOf('192.0.2.7')).not.toBe(networkOf('192.0.3.7'));
    expect(networkOf('2001:db8:0:aa01::1')).toBe(networkOf('2001:0DB8:0:aaff:1:2:3:4'));
    expect(networkOf('2001:db8:0:ab00::1')).not.toBe(networkOf('2001:db8:0:aa00::1'));
    expect(networkOf('fe80::1%eth0')).toBe(networkOf('fe80::2%eth1'));
  });
});
