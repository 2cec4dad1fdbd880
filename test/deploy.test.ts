/** What stands in deploy/ fits the program: its options, its metrics, its patience. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentName } from '@rollcall/core';
import { clusterMetrics, serveOptions } from 'rollcall/parts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { idleRegistry } from './support/idle-registry.js';
import { describeWith } from './support/program.js';
import { textOf } from './support/repository.js';

const unit = textOf('deploy/rollcall.service');
const dockerfile = textOf('deploy/Dockerfile');
const rules = textOf('deploy/prometheus-rules.yml');
const BIN = '/opt/rollcall/node_modules/rollcall/bin/rollcall.js';

describe('deploy', () => {
  it('names only options that there are', () => {
    const there = new Set(['ROLLCALL_CONFIG', ...Object.values(serveOptions).map(({ flag }) => environmentName(flag))]);
    const named = [unit, dockerfile, textOf('docs/deploy.md')].flatMap((text) => text.match(/\bROLLCALL_[A-Z_]+/g) ?? []);
    expect(named.filter((name) => !there.has(name))).toEqual([]);
  });

  it('starts the program where installing it puts it', () => {
    const { name, bin } = JSON.parse(textOf('packages/server/package.json')) as {
      readonly name: string;
      readonly bin: Readonly<Record<string, string>>;
    };
    expect(`/opt/rollcall/node_modules/${name}/${bin['rollcall']}`).toBe(BIN);
    for (const text of [unit, dockerfile]) expect(text).toContain(BIN);
  });
});

describe('deploy/rollcall.service', () => {
  it('has more patience with a stop than the program itself', () => {
    const [, ownMs] = /const STOP_MS_MAX = (\d+)/.exec(textOf('packages/server/src/lifecycle.ts')) ?? [];
    const [, unitS] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect(Number(unitS)).toBeGreaterThanOrEqual(Number(ownMs) / 1000 + 1);
  });

  it('allows for more descriptors than connections', () => {
    const [, limit] = /^LimitNOFILE=(\d+)$/m.exec(unit) ?? [];
    expect(Number(limit)).toBeGreaterThan(serveOptions.connectionsMax.default * 2);
  });
});

describeWith(['systemd-analyze'], 'systemd', () => {
  let directory: string;
  let path: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-unit-'));
    path = join(directory, 'rollcall.service');
    // It looks whether the program is there, and Node is not everywhere in the same place.
    await writeFile(path, unit.replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('understands every line of the unit', async () => {
    expect(await promisify(execFile)('systemd-analyze', ['verify', '--man=no', path])).toEqual({ stdout: '', stderr: '' });
  });

  it('finds little that the service may do without need', async () => {
    // In tenths, from 0 to 100; a plain unit has 96.
    await promisify(execFile)('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=20', path]);
  });
});

describe('deploy/prometheus-rules.yml', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly annotations: { readonly summary: string };
  }
  const { groups } = parse(rules) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
  const all = groups.flatMap((group) => group.rules);

  it('asks only for metrics and labels that a registry answers', async () => {
    const registry = await idleRegistry();
    const metrics = new Map([...registry.metrics, ...clusterMetrics].map((metric) => [metric.name, metric]));
    await registry.stop();
    const asked = all.flatMap(({ expr }) => [...expr.matchAll(/\b(rollcall_\w+?)(?:_bucket)?(?:\{(\w+)="(\w+)"\})?(?![\w{])/g)]);
    expect(asked.length).toBeGreaterThan(5);
    const strange = asked.filter(([, name = '', label, value]) => {
      const metric = metrics.get(name);
      return metric === undefined || (label !== undefined && !metric.labels?.[label]?.includes(value ?? ''));
    });
    expect(strange.map(([text]) => text)).toEqual([]);
  });

  it('is explained on the page', () => {
    for (const { alert } of all) expect(textOf('docs/deploy.md')).toContain(`\`${alert}\``);
  });
});
