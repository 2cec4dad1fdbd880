import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { killPrograms, rollcall } from '../../../test/support/rollcall-program.js';

afterEach(killPrograms);

describe('rollcall serve', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says when it is ready, and ends politely on %s', async (signal) => {
    const { child, ended, url } = rollcall('serve', '--store', 'memory', '--http', '0');
    const stream = await fetch(`${await url()}/services/a/instances`, { headers: { accept: 'text/event-stream' } });
    child.kill(signal);
    expect(await stream.text()).toContain(': this node is stopping');
    expect((await ended).code).toBe(0);
  });

  it('refuses nonsense with everything that is wrong', async () => {
    const { code, output, complaints } = await rollcall('serve', '--http', 'x', '--store', 'y', 'z').ended;
    expect({ code, output }).toEqual({ code: 2, output: '' });
    for (const word of ['--http', '--store', '"z"']) expect(complaints).toContain(word);
  });

  it('prints what its options are and where they came from', async () => {
    const { code, output, complaints } = await rollcall('serve', '--http', '9000', '--print-config').ended;
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
    expect(output).toMatch(/^http: 9000 +# --http$/m);
    expect(output).toMatch(/^history-age: 24h +# default$/m);
  });

  it('waits for an etcd that does not answer, and stops when it is told to', async () => {
    const { child, ended, complained } = rollcall('serve', '--store', 'etcd://127.0.0.1:1', '--http', '0', '--peer', '0');
    await complained('it is waited for');
    const stayed = await Promise.race([ended.then(() => 'ended'), sleep(1_000, 'waits')]);
    child.kill('SIGTERM');
    await complained('stopped before it was ready');
    expect([stayed, (await ended).code]).toEqual(['waits', 0]);
  });

  it('goes on when it is told to read its files anew', async () => {
    const { child, ended, url, complained } = rollcall('serve', '--store', 'memory', '--http', '0');
    const at = await url();
    child.kill('SIGHUP');
    await complained('"reloaded"');
    expect((await fetch(`${at}/livez`)).status).toBe(200);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});

describe('rollcall', () => {
  it.each([
    [['--version'], 0, /^rollcall \d+\.\d+\.\d+\n$/],
    [['--help'], 0, /^ {2}serve +Runs a registry/m],
    [['-v'], 0, /^rollcall \d+\.\d+\.\d+\n$/],
    [['serve', '--help'], 0, /ROLLCALL_HISTORY_AGE/],
    [['help', 'serve'], 0, /ROLLCALL_HISTORY_AGE/],
    [['serve', '-h'], 0, /ROLLCALL_HISTORY_AGE/],
    [[], 2, /^$/],
    [['dance'], 2, /^$/],
  ])('%j', async (args, code, output) => {
    const ended = await rollcall(...args).ended;
    expect(ended.code).toBe(code);
    expect(ended.output).toMatch(output);
  });
});
