import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killPrograms, rollcall, type Running } from '../../../../test/support/rollcall-program.js';

let directory: string;
let services: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
  services = join(directory, 'services');
  await mkdir(services);
});
afterEach(async () => {
  await killPrograms();
  await rm(directory, { recursive: true, force: true });
});

async function serve(): Promise<Running & { readonly at: string; readonly ids: () => Promise<unknown> }> {
  const running = rollcall('serve', '--http', '0', '--data', join(directory, 'data'), '--services-dir', services);
  const url = await running.url();
  const ids = async (): Promise<unknown> => {
    const answer = await fetch(`${url}/services/payments/instances`);
    return ((await answer.json()) as { readonly instances: readonly { readonly id: string }[] }).instances.map(({ id }) => id);
  };
  return { ...running, at: url, ids };
}

const yaml = (...ports: readonly number[]): string =>
  ['service: payments', 'instances:', ...ports.map((port) => `  - {host: 10.0.0.1, port: ${port}}`)].join('\n');

describe('a registry with services from files', () => {
  it('has them when it is ready, follows them, and takes none along that is not theirs, also when it was killed', async () => {
    await writeFile(join(services, 'payments.yaml'), yaml(80, 81));
    const first = await serve();
    expect(await first.ids()).toEqual(['payments-10.0.0.1-80', 'payments-10.0.0.1-81']);

    // As editors do it: a new file in the place of the old one.
    await writeFile(join(services, '.payments.yaml.swp'), yaml(80, 82));
    await rename(join(services, '.payments.yaml.swp'), join(services, 'payments.yaml'));
    await first.complained('"registered":1,"deregistered":1');
    expect(await first.ids()).toEqual(['payments-10.0.0.1-80', 'payments-10.0.0.1-82']);

    await writeFile(join(services, 'payments.yaml'), 'service: payments\nprot: 80');
    expect(await first.complained('makes no sense')).toContain('line 2: prot is a field that is not known here');
    await writeFile(join(services, 'more.json'), JSON.stringify({ service: 'payments', id: 'more', host: 'h' }));
    await first.complained('"registered":1');

    first.child.kill('SIGKILL');
    await first.ended;
    await rm(join(services, 'more.json'));
    const second = await serve();
    // What makes no sense just now keeps what it had; what is gone has nothing any more.
    expect(await second.ids()).toEqual(['payments-10.0.0.1-80', 'payments-10.0.0.1-82']);
    await writeFile(join(services, 'payments.yaml'), 'instances: []');
    second.child.kill('SIGHUP');
    await second.complained('"deregistered":2');
    expect(await second.ids()).toEqual([]);
  });
});

it('reads services as Consul’s files define them, on the node of this registry', async () => {
  const file = join(services, 'web.json');
  const definition = (port: number): string =>
    JSON.stringify({ services: [{ name: 'web', port, enable_tag_override: true, check: { id: 'beat', ttl: '30s', status: 'passing' } }] });
  await writeFile(file, definition(80));
  await writeFile(join(services, 'old.hcl'), 'service { name = "old" }');
  const running = await serve();
  const url = running.at;
  const web = async (): Promise<unknown> => ((await (await fetch(`${url}/v1/agent/services`)).json()) as { readonly web?: unknown }).web;
  expect(await web()).toMatchObject({ ID: 'web', Port: 80, EnableTagOverride: true });
  expect(await running.complained('HCL is not read here')).toContain('old.hcl');
  const update = { method: 'PUT', body: JSON.stringify({ Status: 'warning', Output: 'so so' }) };
  expect((await fetch(`${url}/v1/agent/check/update/beat`, update)).status).toBe(200);
  await writeFile(file, definition(81));
  await expect.poll(web).toMatchObject({ Port: 81 });
  // What was found of it is still so.
  const checks: unknown = await (await fetch(`${url}/v1/agent/checks`)).json();
  expect(checks).toMatchObject({ beat: { Status: 'warning', Output: 'so so' } });
});
