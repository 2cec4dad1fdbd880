import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

type Child = ChildProcessByStdio<null, Readable, Readable>;

const children: Child[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The program from its sources, in a process of its own. */
function rollcall(...args: string[]): {
  readonly child: Child;
  readonly ended: Promise<{ code: number | null; output: string; complaints: string }>;
} {
  const program = `import { main } from ${JSON.stringify(new URL('main.ts', import.meta.url).href)}; await main(process.argv.slice(1), process.env);`;
  const command = ['--conditions=@rollcall/source', '--import', 'tsx', '--input-type=module', '--eval', program, '--', ...args];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const child = spawn(process.execPath, command, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const text = { output: '', complaints: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.output += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.complaints += part));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...text })) };
}

async function readyLine(child: Child): Promise<{ readonly doors: { readonly http: string } }> {
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { readonly msg: string; readonly doors: { readonly http: string } };
    if (said.msg === 'ready') return said;
  }
  throw new Error('It ended before it was ready.');
}

describe('rollcall serve', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says when it is ready, and ends politely on %s', async (signal) => {
    const { child, ended } = rollcall('serve', '--store', 'memory', '--http', '0');
    const { doors } = await readyLine(child);
    const stream = await fetch(`http://${doors.http}/services/a/instances`, { headers: { accept: 'text/event-stream' } });
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

  it('goes on when it is told to read its files anew', async () => {
    const { child, ended } = rollcall('serve', '--store', 'memory', '--http', '0');
    const { doors } = await readyLine(child);
    child.kill('SIGHUP');
    for await (const line of createInterface({ input: child.stderr })) if (line.includes('"reloaded"')) break;
    expect((await fetch(`http://${doors.http}/livez`)).status).toBe(200);
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
