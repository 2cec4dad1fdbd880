import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../command.js';
import { freePort } from './free-port.js';
import { Desk, ensureBuilt, httpProgram, muteProgram, programOf, until, wrappedProgram, type Listed, type Run } from './outside.fixture.js';
import { runCommand } from './run-command.js';

const quick = ['--service', 'web', '--port', 'auto', '--ttl', '2s'];

let desk: Desk;
beforeAll(ensureBuilt, 120_000);
beforeEach(() => (desk = new Desk()));
afterEach(() => desk.close());

const registered = (): Promise<Listed> => until('the registration', async () => (await desk.listed())[0]);
const gone = (): Promise<boolean> => until('its departure', async () => (await desk.listed()).length === 0);
const toSay = (run: Run, text: string): Promise<boolean> => until(`"${text}" in ${run.said()}`, () => run.said().includes(text));
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a program that is run', () => {
  it('is registered when its port answers, and told who it is', async () => {
    await desk.startRegistry();
    const run = desk.run([...quick, '--tag', 'blue', '--version', '1.2', ...httpProgram]);
    const instance = await registered();
    const told = await programOf(run);
    expect(instance).toMatchObject({ id: told.instance, port: told.port, host: '127.0.0.1', tags: ['blue'], version: '1.2' });
    expect(told.instance).toBe(`web-127.0.0.1-${told.port}`);
    run.child.kill('SIGUSR2');
    await toSay(run, 'got SIGUSR2');
  });

  it('has left the registry and serves on before it gets SIGTERM, and its code is ours', async () => {
    await desk.startRegistry();
    const run = desk.run([...quick, '--drain', '1h', ...httpProgram]);
    const { port } = await registered();
    run.child.kill('SIGTERM');
    await gone();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('served');
    expect(run.said()).not.toContain('listed at SIGTERM');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(5);
    await toSay(run, 'listed at SIGTERM: 0');
  });

  it('gets SIGTERM when the drain is over', async () => {
    await desk.startRegistry();
    const run = desk.run([...quick, '--drain', '10ms', ...httpProgram]);
    await registered();
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(5);
    await toSay(run, 'listed at SIGTERM: 0');
  });

  it('is told to stop, and waited for, behind a script that does neither', async () => {
    await desk.startRegistry();
    const run = desk.run([...quick, '--drain', '0s', ...wrappedProgram]);
    await registered();
    const { port } = await programOf(run);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(143);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    await toSay(run, 'listed at SIGTERM: 0');
  });

  it('is gone from the registry when somebody kills it', async () => {
    await desk.startRegistry();
    const run = desk.run(['--service', 'web', '--port', 'auto', '--ttl', '1h', ...httpProgram]);
    await registered();
    process.kill((await programOf(run)).pid, 'SIGKILL');
    expect(await run.ended).toBe(137);
    expect(await desk.listed()).toEqual([]);
  });

  it('that never listens is complained about, and registered nowhere', async () => {
    await desk.startRegistry();
    const run = desk.run([...quick, '--start-timeout', '300ms', ...muteProgram]);
    await programOf(run);
    await toSay(run, 'web has not answered for 300ms');
    expect(await desk.listed()).toEqual([]);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(5);
  });

  it('stays registered when nobody reads what is said any more', async () => {
    await desk.startRegistry();
    const run = desk.run([...quick, '--start-timeout', '1ms', '--check-interval', '100ms', '--drain', '0s', ...httpProgram]);
    await programOf(run);
    run.child.stderr.destroy();
    await registered();
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(5);
    expect(await desk.listed()).toEqual([]);
  });

  it('that listens on no port is registered without one', async () => {
    await desk.startRegistry();
    const run = desk.run(['--service', 'web', '--port', 'none', '--ttl', '2s', ...muteProgram]);
    const instance = await registered();
    expect(instance.id).toBe(`web-127.0.0.1-${run.child.pid}`);
    expect(instance.port).toBeUndefined();
    expect(instance.id).toBe((await programOf(run)).instance);
  });

  it('goes on when the run is killed, and the ttl takes it out', async () => {
    await desk.startRegistry();
    const run = desk.run(['--service', 'web', '--port', 'auto', '--ttl', '300ms', '--deregister-after', '0s', ...httpProgram]);
    const { port } = await registered();
    const { pid } = await programOf(run);
    run.child.kill('SIGKILL');
    await gone();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('served');
    expect(alive(pid)).toBe(true);
  });
});

describe('a check', () => {
  it('turns it critical, and callers come back when it passes', async () => {
    await desk.startRegistry();
    desk.run([...quick, '--check', 'http:/health', '--check-interval', '100ms', '--check-failures', '2', ...httpProgram]);
    const { port } = await registered();
    await fetch(`http://127.0.0.1:${port}/become/503`);
    const ill = await until('critical', async () => (await desk.listed()).find(({ health }) => health === 'critical'));
    expect(ill.healthOutput).toContain('/health answered 503: served');
    await fetch(`http://127.0.0.1:${port}/become/204`);
    await until('passing', async () => (await desk.listed()).find(({ health }) => health === 'passing'));
  });
});

describe('a registry', () => {
  it.each([
    ['the same data', false],
    ['nothing', true],
  ])('that is killed and comes back with %s has the program again', async (_what, empty) => {
    await desk.startRegistry();
    const run = desk.run([...quick, ...httpProgram]);
    await registered();
    await desk.killRegistry();
    await toSay(run, 'Nobody answers at');
    await desk.startRegistry(empty);
    await registered();
    await toSay(run, empty ? 'registering it again' : 'answers again');
  });

  it('that is not there at the start is waited for, and the program runs', async () => {
    desk.reserve(`127.0.0.1:${await freePort()}`);
    const run = desk.run([...quick, ...httpProgram]);
    await toSay(run, 'Nobody answers at');
    const { port } = await programOf(run);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    await desk.startRegistry();
    await registered();
  });
});

describe('what cannot be run', () => {
  it.each([
    ['a command that does not exist', [...quick, '--', 'no-such-command', '--help'], 127, 'There is no command "no-such-command".'],
    ['a file that is no program', [...quick, '--', './package.json'], 126, '"./package.json" is not executable.'],
  ])('%s is said', async (_what, args, code, sentence) => {
    const run = desk.run(args, { ROLLCALL_URL: 'http://127.0.0.1:1', PORT: '' });
    expect(await run.ended).toBe(code);
    await toSay(run, sentence);
  });
});

describe('what makes no sense', () => {
  it.each([
    ['nothing to run', quick, 'stands behind two dashes'],
    ['no service', ['--port', '1', '--', 'node'], '--service is missing'],
    ['no port', ['--service', 'web', '--', 'node'], '--port is missing'],
    ['a check of no port', ['--service', 'web', '--port', 'none', '--check', 'tcp', '--', 'node'], '--port says that there is none'],
    ['a ttl for nobody who beats', [...quick.slice(0, 4), '--ttl', 'none', '--', 'node'], '--ttl none is for instances'],
  ])('%s is said, and nothing is run', async (_what, args, sentence) => {
    let said = '';
    const outlet = { write: (text: string) => void (said += text) };
    expect(await runCommand.run(args, { environment: {}, output: outlet, complaints: outlet })).toBe(exitCodes.misused);
    expect(said).toContain(sentence);
  });
});
