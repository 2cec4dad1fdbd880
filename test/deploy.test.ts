/** What stands in deploy/ fits the program: its options, its metrics, its patience. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { routes } from '@rollcall/contract';
import { environmentName, readOptions } from '@rollcall/core';
import { clusterMetrics, objectionsTo, serveOptions, type ServeOptions } from 'rollcall/parts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { idleRegistry } from './support/idle-registry.js';
import { describeWith } from './support/program.js';
import { textOf } from './support/repository.js';

const unit = textOf('deploy/rollcall.service');
const dockerfile = textOf('deploy/Dockerfile');
const rules = textOf('deploy/prometheus-rules.yml');
const nodeSettings = textOf('deploy/cluster/rollcall.env');
const etcdUnit = textOf('deploy/cluster/etcd.service');
const etcdSettings = textOf('deploy/cluster/etcd.env');
const manifests = textOf('deploy/kubernetes/rollcall.yaml');
const etcdManifests = textOf('deploy/kubernetes/etcd.yaml');

const ownStopMs = Number(/const STOP_MS_MAX = (\d+)/.exec(textOf('packages/server/src/lifecycle.ts'))?.[1]);

const BIN = '/opt/rollcall/node_modules/rollcall/bin/rollcall.js';

describe('deploy', () => {
  it('names only options that there are', () => {
    const there = new Set(['ROLLCALL_CONFIG', ...Object.values(serveOptions).map(({ flag }) => environmentName(flag))]);
    const texts = [unit, dockerfile, nodeSettings, manifests, etcdSettings, textOf('docs/deploy.md'), textOf('docs/deploy-cluster.md')];
    // `ROLLCALL_PORT=tcp://…` is what Kubernetes would say.
    const named = texts.flatMap((text) => text.replaceAll(/ROLLCALL_PORT=tcp/g, '').match(/\bROLLCALL_[A-Z_]+/g) ?? []);
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
    const [, unitS] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect(Number(unitS)).toBeGreaterThanOrEqual(ownStopMs / 1000 + 1);
  });

  it('allows for more descriptors than connections', () => {
    const [, limit] = /^LimitNOFILE=(\d+)$/m.exec(unit) ?? [];
    expect(Number(limit)).toBeGreaterThan(serveOptions.connectionsMax.default * 2);
  });
});

describe('deploy/cluster/rollcall.env', () => {
  it('is a node of a cluster, without a complaint', () => {
    const { values, complaints } = readOptions<ServeOptions>(serveOptions, [], settingsIn(nodeSettings));
    expect(complaints).toEqual([]);
    expect(objectionsTo(values)).toEqual([]);
    expect(values).toMatchObject({ node: 'registry-1', store: { isEncrypted: true } });
  });
});

describe('deploy/kubernetes', () => {
  interface Probe {
    readonly httpGet: { readonly path: string; readonly port: string };
  }
  interface Container {
    readonly env: readonly { readonly name: string; readonly value?: string }[];
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly startupProbe: Probe;
    readonly livenessProbe: Probe;
    readonly readinessProbe: Probe;
  }
  interface Pod {
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly [Container];
  }
  interface Manifest {
    readonly kind: string;
    readonly spec: { readonly template: { readonly spec: Pod } };
  }
  const all = parseAllDocuments(manifests).map((document) => document.toJS() as Manifest);
  const [pod] = all.flatMap(({ kind, spec }) => (kind === 'StatefulSet' ? [spec.template.spec] : []));
  const { containers, terminationGracePeriodSeconds } = pod as Pod;
  const [container] = containers;

  it('is a node of a cluster, without a complaint', () => {
    const given = container.env.map(({ name, value }) => [name, value ?? (name === 'ROLLCALL_ADVERTISE' ? '10.1.2.3' : 'rollcall-0')]);
    const { values, complaints } = readOptions<ServeOptions>(serveOptions, [], Object.fromEntries(given) as Record<string, string>);
    expect(complaints).toEqual([]);
    expect(objectionsTo(values)).toEqual([]);
  });

  it('has the ports that the program has, asks for what it answers, and has the patience that it needs', () => {
    const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
    const { http, peer, dns } = serveOptions;
    const dnsPort = dns.default === 'off' ? undefined : dns.default.port;
    expect(ports).toEqual({ 'http': http.default, 'peer': peer.default, 'dns': dnsPort, 'dns-tcp': dnsPort });
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
      const { path, port } = container[probe].httpGet;
      expect(port).toBe('http');
      expect(routes.map((route) => route.path)).toContain(path);
    }
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(ownStopMs / 1000 + 1);
  });
});

describeWith(['etcd'], 'etcd', () => {
  it('knows every setting', async () => {
    const { stdout, stderr } = await promisify(execFile)('etcd', ['--help']);
    const flags = new Set(`${stdout}${stderr}`.match(/--[a-z-]+/g));
    const named = [etcdSettings, etcdManifests].flatMap((text) => text.match(/\bETCD_[A-Z_]+/g) ?? []);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !flags.has(`--${name.replace('ETCD_', '').toLowerCase().replaceAll('_', '-')}`))).toEqual([]);
  });
});

describeWith(['systemd-analyze'], 'systemd', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-unit-'));
    // It looks whether the program is there, and neither Node nor etcd is everywhere, or in the same place.
    await writeFile(join(directory, 'rollcall.service'), unit.replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`));
    await writeFile(join(directory, 'etcd.service'), etcdUnit.replace('ExecStart=/usr/bin/etcd', `ExecStart=${process.execPath}`));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(['rollcall.service', 'etcd.service'])('understands every line of %s', async (name) => {
    const verified = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', join(directory, name)]);
    expect(verified).toEqual({ stdout: '', stderr: '' });
  });

  it('finds little that the service may do without need', async () => {
    // In tenths, from 0 to 100; a plain unit has 96.
    const path = join(directory, 'rollcall.service');
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

/** NAME=value a line, as systemd reads it. */
function settingsIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
