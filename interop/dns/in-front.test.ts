/** Resolvers of others in front of a registry, with the settings that docs/dns.md shows. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePorts } from '../../test/support/free-ports.js';
import { describeWith } from '../../test/support/program.js';
import { startDnsRegistry } from './dns-registry.js';

/** The settings as they are shown, but for the port that the registry has here. */
async function settings(name: string, at: string, more: string, separator: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-dns-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const shown = await readFile(new URL(`settings/${name}`, import.meta.url), 'utf8');
  const file = join(directory, name);
  const port = at.split(':').at(-1);
  await writeFile(file, shown.replaceAll(`127.0.0.1${separator}8600`, `127.0.0.1${separator}${port}`) + more);
  return file;
}

function run(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: 'ignore' });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

async function findsAll(port: number): Promise<void> {
  const resolver = new Resolver({ timeout: 5000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  await vi.waitFor(
    async () => expect((await resolver.resolve4('payments.service.rollcall')).toSorted()).toEqual(['10.0.0.1', '10.0.0.2']),
    {
      timeout: 20_000,
    },
  );
  expect(await resolver.resolve6('payments.service.rollcall')).toEqual(['fd00::3']);
  expect(await resolver.resolveSrv('_payments._tcp.service.consul')).toHaveLength(3);
  expect(await resolver.resolveSrv('many.service.rollcall')).toHaveLength(60);
  await expect(resolver.resolve4('nobody.service.rollcall')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolveMx('payments.service.rollcall')).rejects.toMatchObject({ code: 'ENODATA' });
}

describeWith(['dnsmasq'], 'dnsmasq in front', () => {
  it('finds who is there', async () => {
    const at = await startDnsRegistry();
    const [port] = await freePorts(1);
    const more = `\nport=${port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\nstop-dns-rebind\n`;
    run('dnsmasq', ['--keep-in-foreground', '--pid-file=', `--conf-file=${await settings('dnsmasq.conf', at, more, '#')}`]);
    await findsAll(port as number);
  }, 60_000);
});

describeWith(['unbound'], 'unbound in front', () => {
  it('finds who is there', async () => {
    const at = await startDnsRegistry();
    const [port] = await freePorts(1);
    const own = {
      'interface': '127.0.0.1',
      port,
      'chroot': '""',
      'username': '""',
      'directory': '"/"',
      'pidfile': '""',
      'use-syslog': 'no',
      'private-address': '10.0.0.0/8',
    };
    const more = `\nserver:\n${Object.entries(own)
      .map(([name, value]) => `    ${name}: ${value}\n`)
      .join('')}`;
    run('unbound', ['-d', '-c', await settings('unbound.conf', at, more, '@')]);
    await findsAll(port as number);
  }, 60_000);
});
