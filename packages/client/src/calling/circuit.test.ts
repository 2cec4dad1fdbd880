import { SeededRandom } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Circuit, type Verdict } from './circuit.js';
import { usualOutlierRules } from './outlier-rules.js';

const rules = { ...usualOutlierRules, consecutiveFailures: 3, ejectionMs: 1000, refusalMs: 100, ejectionMsMax: 2500, callsMin: 10 };
const told = (circuit: Circuit, verdicts: string, nowMs = 0): unknown => {
  const names: Readonly<Record<string, Verdict>> = { s: 'success', f: 'failure', r: 'refusal' };
  return verdicts
    .split('')
    .map((letter) => circuit.hear(names[letter] ?? 'success', nowMs, nowMs))
    .at(-1);
};

describe('a circuit', () => {
  it.each([
    ['r', 'refused'],
    ['ff', undefined],
    ['fff', 'failures-in-a-row'],
    ['ffsff', undefined],
    ['sfsfsfsfs', undefined],
    ['sfsfsfsfsf', 'failure-share'],
    ['sssfsfsfsf', undefined],
  ])('that hears %s is to be ejected for: %s', (verdicts, reason) => {
    expect(told(new Circuit(rules), verdicts)).toBe(reason);
  });

  it('forgets failures that are long ago', () => {
    const circuit = new Circuit(rules);
    told(circuit, 'sfsfsfsf', 0);
    expect(told(circuit, 'sf', 20_000)).toBeUndefined();
  });

  it('is half open when its time has come, lets one in, and closes when that one is well', () => {
    const circuit = new Circuit(rules);
    expect(circuit.eject('failures-in-a-row', 0, 0)).toBe(1000);
    expect([circuit.state(999), circuit.begin(999)]).toEqual(['ejected', false]);
    expect([circuit.state(1000), circuit.begin(1000), circuit.begin(1000)]).toEqual(['half-open', true, false]);
    expect(circuit.hear('success', 1000, 1010)).toBeUndefined();
    expect(circuit.state(1010)).toBe('closed');
  });

  it('stays away longer each time, up to a bound, and forgets that in good times', () => {
    const circuit = new Circuit(rules);
    const lengths: number[] = [];
    let nowMs = 0;
    for (let time = 0; time < 4; time++) {
      const untilMs = circuit.eject('probe-failed', nowMs, 0);
      lengths.push(untilMs - nowMs);
      circuit.begin(untilMs);
      expect(circuit.hear('failure', untilMs, untilMs)).toBe('probe-failed');
      nowMs = untilMs;
    }
    expect(lengths).toEqual([1000, 2000, 2500, 2500]);
    circuit.close(nowMs);
    expect(circuit.eject('refused', nowMs + 3500, 0) - (nowMs + 3500)).toBe(200);
  });

  it('wants as many good probes as it is told', () => {
    const circuit = new Circuit({ ...rules, probes: 2 });
    circuit.eject('failures-in-a-row', 0, 0);
    for (const state of ['half-open', 'closed']) {
      expect(circuit.begin(1000)).toBe(true);
      circuit.hear('success', 1000, 1001);
      expect(circuit.state(1001)).toBe(state);
    }
  });

  it('does not hear what began before', () => {
    const circuit = new Circuit(rules);
    circuit.eject('failures-in-a-row', 100, 0);
    expect(circuit.hear('failure', 99, 5000)).toBeUndefined();
    expect(circuit.hear('success', 99, 5000)).toBeUndefined();
    expect(circuit.state(5000)).toBe('half-open');
    // Somebody called it out of need, and it was well: that proves as much.
    circuit.hear('success', 101, 200);
    expect(circuit.state(200)).toBe('closed');
  });

  it('lets the next one probe when a probe says nothing', () => {
    const circuit = new Circuit(rules);
    circuit.eject('refused', 0, 0);
    expect(circuit.begin(100)).toBe(true);
    circuit.abandonProbe();
    expect(circuit.begin(100)).toBe(true);
  });

  it('is as long away as it asks for, without offence', () => {
    const circuit = new Circuit(rules);
    expect(circuit.eject('asked-for', 0, 0, 5000)).toBe(5000);
    circuit.close(5000);
    expect(circuit.eject('refused', 5000, 0)).toBe(5100);
  });

  it('has one probe at a time, and ejections within their bounds', () => {
    const steps = fc.array(fc.tuple(fc.nat(700), fc.constantFrom('success', 'failure', 'refusal')), { maxLength: 80 });
    fc.assert(
      fc.property(steps, fc.integer(), (script, seed) => {
        const random = new SeededRandom(seed);
        const circuit = new Circuit(rules);
        let nowMs = 0;
        let probes = 0;
        for (const [waitMs, verdict] of script) {
          nowMs += waitMs;
          const isProbe = circuit.begin(nowMs);
          probes += isProbe ? 1 : 0;
          expect(probes).toBeLessThanOrEqual(1);
          expect(circuit.begin(nowMs)).toBe(false);
          const reason = circuit.hear(verdict, nowMs, nowMs);
          if (isProbe) probes--;
          if (reason === undefined) continue;
          const lengthMs = circuit.eject(reason, nowMs, random.number()) - nowMs;
          expect(lengthMs).toBeGreaterThanOrEqual(100);
          expect(lengthMs).toBeLessThanOrEqual(2500 * 1.2);
        }
      }),
    );
  });
});
