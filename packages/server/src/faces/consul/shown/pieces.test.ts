import type { Verdicts } from '@rollcall/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsulScene, instanceFrom } from '../consul.fixture.js';
import { consulItself } from '../itself.js';
import { healthRow, isPassing, type ServiceOn } from './service-on.js';

const said = { mode: null, status: null, metadata: {}, weight: null, tags: null };
const anyMode = fc.constantFrom(null, { mode: 'out', reason: 'r', owner: 'operator', sinceMs: 0, untilMs: null } as const);
const anyStatus = fc.constantFrom(
  null,
  { health: 'passing', reason: 'p', sinceMs: 0 } as const,
  {
    health: 'critical',
    reason: '"c"',
    sinceMs: 0,
  } as const,
);
const anyHealth = fc.constantFrom('passing', 'warning', 'critical', 'starting');

const anyInstance = fc
  .record({
    id: fc.constantFrom('a', 'b c', '"q"', 'ü'),
    tags: fc.array(fc.constantFrom('v1', 'x"y', 'ß'), { maxLength: 3 }),
    metadata: fc.dictionary(fc.constantFrom('k', '__proto__', 'a b'), fc.constantFrom('', 'v', '\u2028'), { maxKeys: 3 }),
    ttl: fc.constantFrom('none', '10s'),
    machine: fc.constantFrom(null, 'self', 'm1', 'elsewhere'),
    health: fc.option(anyHealth, { nil: null }),
    mode: anyMode,
    status: anyStatus,
  })
  .map(({ health, mode, status, machine, ...fields }) => {
    const verdicts: Verdicts = health === null ? {} : { heartbeat: { status: health, reason: 'heartbeat', sinceMs: 0, output: 'so' } };
    return instanceFrom({ ...fields, ...(machine === null ? {} : { machine }) }, { verdicts, intent: { ...said, mode, status } });
  });

describe('a row of pieces', () => {
  it('is the row that is made at once', () => {
    const scene = new ConsulScene();
    scene.machine('m1', { metadata: { rack: 'r1' } });
    const { nodes, pieces, terms } = scene.context;
    fc.assert(
      fc.property(anyInstance, (instance) => {
        const on: ServiceOn = { instance, node: nodes.of(instance, consulItself) };
        expect(pieces.row(instance, on.node)).toBe(JSON.stringify(healthRow(on, terms)));
        expect(pieces.isPassing(instance, on.node)).toBe(isPassing(on, terms));
      }),
    );
  });

  it('has no two checks of one name, and nobody passes who is out of rotation', () => {
    const scene = new ConsulScene();
    const { nodes, terms } = scene.context;
    fc.assert(
      fc.property(anyInstance, (instance) => {
        const on: ServiceOn = { instance, node: nodes.of(instance, consulItself) };
        const ids = healthRow(on, terms).Checks.map(({ CheckID }) => CheckID);
        expect(new Set(ids).size).toBe(ids.length);
        if (instance.intent !== null && instance.intent.mode !== null) expect(isPassing(on, terms)).toBe(false);
      }),
    );
  });
});
