import { readOptions, type Environment } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { Misuse } from '../command.js';
import { runOptions, type RunOptions } from './options.js';
import { planRun, wantedPort, type Found, type Plan } from './plan.js';

const found: Found = { port: 3000, host: '10.0.0.5', pid: 77, registry: 'http://registry.example:8500' };

function typed(...args: string[]): RunOptions {
  return given(args, {});
}

function given(args: string[], environment: Environment): RunOptions {
  const { values, complaints } = readOptions<RunOptions>(runOptions, args, environment);
  expect(complaints).toEqual([]);
  return values;
}

const plan = (args: string[], changed: Partial<Found> = {}): Plan =>
  planRun('Web', typed(...args), { ...found, ...changed }, { HOME: '/' });

describe('the port', () => {
  it.each([
    [['--port', '3000'], {}, 3000],
    [['--port', '3000'], { PORT: '80' }, 3000],
    [[], { PORT: '80' }, 80],
    [['--port', 'auto'], { PORT: '80' }, 'auto'],
    [['--port', 'none'], { PORT: '80' }, null],
    // What Kubernetes says beside a Service of our name is no port of the program.
    [[], { PORT: '80', ROLLCALL_PORT: 'tcp://10.0.0.1:8500' }, 80],
  ])('%j with %j is %j', (args, environment, port) => {
    expect(wantedPort(given(args, environment), environment)).toBe(port);
  });

  it.each([[{}], [{ PORT: '' }], [{ PORT: 'tcp://10.0.0.1:80' }], [{ PORT: '99999' }]])('is missing with %j', (environment) => {
    expect(() => wantedPort(typed(), environment)).toThrow(Misuse);
  });

  it.each(['tcp', 'http:/health'])('has to be there for --check %s', (check) => {
    expect(() => wantedPort(typed('--port', 'none', '--check', check), {})).toThrow(Misuse);
    expect(wantedPort(typed('--port', 'none', '--check', 'tcp:81'), {})).toBeNull();
  });
});

describe('the plan', () => {
  it('derives the id that the registry would derive', () => {
    expect(plan([]).instance).toMatchObject({
      service: 'Web',
      id: 'web-10.0.0.5-3000',
      host: '10.0.0.5',
      port: 3000,
      namespace: 'default',
    });
    expect(plan([], { port: null }).instance).toMatchObject({ id: 'web-10.0.0.5-77' });
    expect(plan(['--id', 'one']).instance).toMatchObject({ id: 'one' });
  });

  it('tells the program who it is, beside what we were told', () => {
    const told = { HOME: '/', ROLLCALL_SERVICE: 'Web', ROLLCALL_INSTANCE_ID: 'web-10.0.0.5-3000', ROLLCALL_URL: found.registry };
    expect(plan([]).environment).toEqual({ ...told, PORT: '3000' });
    expect(plan([], { port: null }).environment).not.toHaveProperty('PORT');
  });

  it.each([
    [[], 3000, 'until-ready'],
    [[], null, 'never'],
    [['--check', 'tcp'], 3000, 'always'],
    [['--check', 'http://localhost:81/'], null, 'always'],
  ] as const)('with %j and port %j it is looked at: %s', (args, port, probed) => {
    expect(plan([...args], { port }).settings.probed).toBe(probed);
  });

  it('beats three times in a ttl', () => {
    expect(plan(['--ttl', '6s']).settings.beatMs).toBe(2000);
    expect(() => plan(['--ttl', 'none'])).toThrow(Misuse);
  });

  it('says what describes the instance in the words of the API', () => {
    const args = [
      '--tag',
      'a',
      '--tag',
      'b',
      '--meta',
      'team=x=y',
      '--version',
      '2',
      '--zone',
      'z',
      '--weight',
      '0',
      '--deregister-after',
      'none',
    ];
    expect(plan(args).instance).toMatchObject({
      tags: ['a', 'b'],
      metadata: { team: 'x=y' },
      version: '2',
      zone: 'z',
      weight: 0,
      ttl: 30_000,
      deregisterAfter: 'none',
    });
  });
});
