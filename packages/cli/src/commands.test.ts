import { stripVTControlCharacters } from 'node:util';
import { RegistryClient } from '@rollcall/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedRegistry, type EmbeddedRegistry } from '../../../test/support/embedded-registry.js';
import { Typing } from './typing.fixture.js';

let registry: EmbeddedRegistry;
let client: RegistryClient;
let typing: Typing;
beforeEach(async () => {
  registry = await embeddedRegistry();
  client = new RegistryClient({ url: registry.url });
  typing = new Typing({ url: registry.url });
});
afterEach(async () => {
  await client.close();
  await registry.close();
});

/** What a table says, without how it is laid out. */
const words = (text: string): readonly string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe('rollcall why and timeline', () => {
  it('say why an instance is out, what happened to it, and that it is gone', async () => {
    await client.register({ service: 'payments', id: 'p1', host: '10.0.0.5' });
    expect((await typing.run('why', 'p1')).output).toMatch(/^is +in rotation$/m);
    await client.setMode('p1', { mode: 'out', reason: 'new disks' });
    const out = await typing.run('why', 'p1');
    expect(out).toMatchObject({ code: 0, complaints: '' });
    expect(out.output).toMatch(
      /^is +not in rotation\n[^]*^back when +its mode set to in\n[^]*✗ an operator said that it is out \(new disks\)/m,
    );
    await client.deregister('p1');
    expect((await typing.run('why', 'p1')).output).toMatch(/^is +not here any more\n[^]*✗ it departed: goodbye/m);
    const rows = words((await typing.run('timeline', 'payments')).output).map((row) => row.slice(2));
    expect(rows).toEqual([
      ['ID', 'WHAT', 'BY', 'WHY'],
      ['p1', 'registered', 'instance (native)', 'registered at 10.0.0.5'],
      ['p1', 'mode', 'operator', 'out: new disks'],
      ['p1', 'departed', 'caller', 'departed: goodbye'],
    ]);
    expect(JSON.parse((await typing.run('timeline', 'payments', '--json', '--limit', '1')).output)).toMatchObject({
      events: [{ what: 'departed' }],
    });
    expect(await typing.run('why', 'p2')).toMatchObject({ code: 3, output: '' });
    expect(await typing.run('why')).toMatchObject({ code: 2 });
    expect(await typing.run('timeline')).toMatchObject({ code: 2 });
    expect((await typing.run('timeline', 'nobody')).complaints).toMatch(/^Nothing happened to nobody/);
  });
});

describe('rollcall register', () => {
  it('prints the id, and says everything that was typed', async () => {
    const flags = ['--host', '10.0.0.5', '--port', '8080', '--port-name', 'metrics=9090', '--tag', 'a', '--tag', 'b', '--meta', 'k=v=w'];
    const more = [
      '--weight',
      '7',
      '--zone',
      'z',
      '--region',
      'r',
      '--version',
      '1.2',
      '--machine',
      'm',
      '--ttl',
      '10s',
      '--deregister-after',
      'none',
    ];
    const typed = await typing.run('register', 'payments', ...flags, ...more);
    expect(typed).toMatchObject({ code: 0, output: 'payments-10.0.0.5-8080\n' });
    expect(typed.complaints).toBe('payments at 10.0.0.5:8080 is registered, as:\n');
    expect(await client.instance('payments-10.0.0.5-8080')).toMatchObject({
      ports: { metrics: 9090 },
      tags: ['a', 'b'],
      metadata: { k: 'v=w' },
      weight: 7,
      zone: 'z',
      region: 'r',
      version: '1.2',
      machine: 'm',
      ttl: '10s',
      deregisterAfter: 'none',
    });
    expect((await typing.run('register', 'payments', ...flags, ...more)).complaints).toContain('was registered already');
  });

  it('says what the registry is to ask by itself', async () => {
    const flags = ['--host', '127.0.0.1', '--port', '9', '--check', 'http:/health', '--check', 'tcp:10'];
    expect(await typing.run('register', 'checked', ...flags)).toMatchObject({ code: 0, output: 'checked-127.0.0.1-9\n' });
    expect(await client.instance('checked-127.0.0.1-9')).toMatchObject({
      ttl: 'none',
      checks: [
        { name: 'http', type: 'http', path: '/health', port: 9 },
        { name: 'tcp', type: 'tcp', port: 10 },
      ],
    });
    await client.deregister('checked-127.0.0.1-9');
  });

  it('reads a file, and what is typed beside it counts more', async () => {
    const file = JSON.stringify({ service: 'payments', id: 'one', host: 'a', tags: ['file'] });
    const withFiles = new Typing({ url: registry.url, files: { 'r.json': file, '-': file, 'bad.json': '{', 'list.json': '[]' } });
    const typed = await withFiles.run('register', '--file', 'r.json', '--id', 'two', '--json');
    expect(JSON.parse(typed.output)).toEqual(await client.instance('two'));
    expect(await client.instance('two')).toMatchObject({ service: 'payments', host: 'a', tags: ['file'] });
    expect((await withFiles.run('register', 'other', '--file', '-')).output).toBe('one\n');
    for (const file of ['bad.json', 'list.json', 'none.json']) {
      expect(await withFiles.run('register', '--file', file)).toMatchObject({
        code: 2,
        complaints: expect.stringContaining(file) as string,
      });
    }
  });

  it.each([
    [['register'], /service is missing/],
    [['register', 'a'], /--host and --port/],
    [['register', 'a', '--host', 'b'], /--host and --port/],
    [['register', 'a', '--port', '0'], /--port is "0"/],
    [['register', 'a', '--port-name', 'x'], /--port-name/],
    [['register', 'a', '--id', 'x', '--ttl', 'none', '--keep-alive'], /ttl none/],
    [['register', 'a', 'b'], /"b" is not expected/],
  ])('refuses %j', async (args, complaint) => {
    const typed = await typing.run(...args);
    expect(typed).toMatchObject({ code: 2, output: '' });
    expect(typed.complaints).toMatch(complaint);
  });

  it('says what the registry does not like', async () => {
    const typed = await typing.run('register', 'a b', '--id', 'one');
    expect(typed.code).toBe(1);
    expect(typed.complaints).toContain('"a b"');
  });
});

describe('rollcall heartbeat, mode and deregister', () => {
  it('go through a life', async () => {
    await client.register({ service: 'payments', id: 'one' });
    expect(await typing.run('heartbeat', 'one')).toEqual({ code: 0, output: '', complaints: 'one was heard.\n' });
    await typing.run('heartbeat', 'one', '--status', 'warning', '--output', 'slow');
    expect(await client.instance('one')).toMatchObject({ health: 'warning', healthOutput: 'slow' });
    expect((await typing.run('mode', 'one', 'draining', '--drain-time', '30s', '--reason', 'why')).complaints).toContain(
      'one of payments is draining now',
    );
    expect(JSON.parse((await typing.run('mode', 'one', 'out', '--json')).output)).toEqual(await client.instance('one'));
    expect(await typing.run('deregister', 'one', '--json')).toEqual({ code: 0, output: '', complaints: '' });
    expect((await typing.run('deregister', 'one')).code).toBe(3);
  });

  it('ask which one is meant', async () => {
    await client.registerMany([
      { service: 'a', id: 'x' },
      { service: 'b', id: 'x' },
    ]);
    const unsure = await typing.run('deregister', 'x');
    expect(unsure.code).toBe(1);
    for (const part of ['x of a', 'x of b', '--service NAME']) expect(unsure.complaints).toContain(part);
    expect((await typing.run('deregister', 'x', '--service', 'b')).code).toBe(0);
    expect((await client.services()).services.map(({ service }) => service)).toEqual(['a']);
  });

  it.each([
    [['heartbeat'], /id is missing/],
    [['mode', 'x'], /mode is missing/],
    [['mode', 'x', 'off'], /"off"; allowed is one of in, draining, out/],
    [['mode', 'x', 'out', '--drain-time', '3s'], /--drain-time goes with draining/],
    [['heartbeat', 'x', '--status', 'fine'], /--status is "fine"/],
  ])('refuse %j', async (args, complaint) => {
    const typed = await typing.run(...args);
    expect(typed.code).toBe(2);
    expect(typed.complaints).toMatch(complaint);
  });
});

describe('rollcall services and instances', () => {
  it('list what there is', async () => {
    await client.registerMany([
      { service: 'payments', id: 'one', host: '10.0.0.5', port: 8080, tags: ['blue'], zone: 'a' },
      { service: 'payments', id: 'two', host: '::1', port: 8080, metadata: { evil: '\u001b[31m\nred' } },
    ]);
    await client.setMode('two', { mode: 'out', reason: 'a new disk' });
    expect(words((await typing.run('services')).output)).toEqual([
      ['SERVICE', 'IN ROTATION', 'INSTANCES'],
      ['payments', '1', '2'],
    ]);
    expect(words((await typing.run('instances', 'payments', '--tag', 'blue')).output)).toEqual([
      ['HEALTH', 'MODE', 'ID', 'ADDRESS', 'ZONE', 'TAGS', 'AGE'],
      ['passing', 'in', 'one', '10.0.0.5:8080', 'a', 'blue', '0s'].map(
        (cell) => expect.stringMatching(cell === '0s' ? /^\d+s$/ : cell) as string,
      ),
    ]);
    const all = (await typing.run('instances', 'payments', '--health', 'any')).output;
    for (const part of ['[::1]:8080', 'out', 'a new disk', 'evil=\uFFFD[31m red']) expect(all).toContain(part);
    expect(all).not.toContain('\u001b');
  });

  it('answer programs with what the API says', async () => {
    await client.register({ service: 'payments', id: 'one', metadata: { k: 'v' } });
    const api = await (await fetch(`${registry.url}/services/payments/instances?meta.k=v&limit=1`)).text();
    expect((await typing.run('instances', 'payments', '--meta', 'k=v', '--limit', '1', '--json')).output).toBe(api);
    expect((await typing.run('services', '--json')).output).toBe(await (await fetch(`${registry.url}/services`)).text());
    expect((await typing.run('machines', '--json')).output).toBe(await (await fetch(`${registry.url}/machines`)).text());
  });

  it('say that nobody is there, and that this is no error', async () => {
    expect(await typing.run('services')).toEqual({ code: 0, output: '', complaints: 'Nobody is registered in the namespace default.\n' });
    const typed = await typing.run('instances', 'payments');
    expect(typed).toMatchObject({ code: 0, output: '' });
    expect(typed.complaints).toContain('--health any');
  });

  it('say when panic holds', async () => {
    await client.setPanicRule('payments', { eligibleMin: 1, belowShare: 1 });
    await client.registerMany(['one', 'two'].map((id) => ({ service: 'payments', id })));
    await client.heartbeat('one', { word: { status: 'critical' } });
    await expect.poll(async () => (await client.instances('payments')).panic).toBe(true);
    expect((await typing.run('instances', 'payments')).output).toContain('Panic: too few of payments');
    expect((await typing.run('services')).output).toContain('panic: all are answered');
    expect((await typing.run('status')).output).toContain('1 of them in panic');
    await client.endPanicRule('payments');
  });

  it('look into other namespaces', async () => {
    await client.register({ service: 'payments', id: 'one' }, { namespace: 'elsewhere' });
    expect((await typing.run('services', '--namespace', 'elsewhere')).output).toContain('payments');
    await client.deregister('one', { namespace: 'elsewhere' });
  });
});

describe('rollcall machines, status and guard', () => {
  it('show them', async () => {
    await client.putMachine('rack-7', { addresses: { lan: '10.0.0.5' }, metadata: { rack: '7' } });
    expect(words((await typing.run('machines', 'rack-7')).output)[1]).toEqual([
      'passing',
      'in',
      'rack-7',
      '0',
      'lan=10.0.0.5',
      'rack=7',
      expect.any(String),
    ]);
    expect((await typing.run('machines', 'rack-8')).code).toBe(3);
    await client.removeMachine('rack-7');
    const { output } = await typing.run('status');
    for (const part of ['follows the log', 'epoch', registry.url]) expect(output).toContain(part);
    expect((await typing.run('guard')).output).toMatch(/held +nobody/);
    expect(JSON.parse((await typing.run('guard', '--json')).output)).toMatchObject({ holding: false });
  });

  it('show the nodes', async () => {
    const { output } = await typing.run('nodes');
    expect(words(output)[0]?.slice(0, 5)).toEqual(['NODE', 'STATE', 'ROLE', 'DUTY', 'VIEW']);
    expect(words(output)[1]?.slice(1, 4)).toEqual(['answers', 'full', '0']);
    expect(JSON.parse((await typing.run('nodes', '--json')).output)).toMatchObject({ nodes: [{ self: true, answers: true }] });
  });

  it('let nobody go without a word', async () => {
    expect(await typing.run('guard', 'release')).toMatchObject({ code: 2, complaints: expect.stringContaining('--yes') as string });
    const unsure = new Typing({ url: registry.url, answers: ['what?', 'y'] });
    expect(await unsure.run('guard', 'release')).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('Nobody was let go') as string,
    });
    expect((await unsure.run('guard', 'release', 'payments')).complaints).toContain('Nobody of payments was held.');
    expect((await typing.run('guard', 'release', '--yes', '--json')).output).toBe('{"released":0}\n');
    expect((await typing.run('guard', 'dance')).code).toBe(2);
  });
});

describe('where no registry answers', () => {
  it.each(['services', 'status', 'guard', 'watch'])('rollcall %s says what to do next', async (name) => {
    const typed = await new Typing({ url: 'http://127.0.0.1:1' }).run(name);
    expect(typed).toMatchObject({ code: 4, output: '' });
    expect(typed.complaints).toBe(
      'rollcall: Nobody answers at http://127.0.0.1:1.\nrollcall: Is a registry running there? `rollcall serve` starts one; --url or ROLLCALL_URL chooses another.\n',
    );
  });
});

describe('on a terminal', () => {
  it('there are colours, and no more columns than it has', async () => {
    await client.register({ service: 'payments', id: 'one', metadata: { long: 'x'.repeat(200) } });
    const { output } = await new Typing({ url: registry.url, columns: 72 }).run('instances', 'payments');
    expect(output).toContain('\u001b[32mpassing\u001b[39m');
    const bare = stripVTControlCharacters(output);
    expect(Math.max(...bare.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
    const plain = await new Typing({ url: registry.url, columns: 0, environment: { NO_COLOR: '1' } }).run('instances', 'payments');
    expect(plain.output).not.toContain('\u001b');
    expect(plain.output).toContain('x'.repeat(200));
  });
});
