import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open, readFile, rename, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedClock } from '@rollcall/conformance';
import { anybody, Namespace, noMeter, readRegistration, RollcallError, type Caller, type Log, type Registrar } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Audit, type AuditEntry } from './audit.js';
import { AuditedRegistrar, isWritten } from './audited-registrar.js';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const entry: AuditEntry = { who: 'ci', from: '10.0.0.9', face: 'native', operation: 'register', result: 'done', revision: 7 };

describe('the audit', () => {
  let directory: string;
  let clock: SimulatedClock;
  let drops: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-'));
    clock = new SimulatedClock();
    drops = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const auditTo = (target: string): Audit =>
    new Audit({
      target,
      clock,
      log: silent,
      meter: { ...noMeter, counter: (_metric, labels) => ({ add: () => void drops.push(labels?.['reason'] ?? '') }) },
    });
  const linesOf = async (path: string): Promise<readonly unknown[]> =>
    (await readFile(path, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);

  it('is a line of JSON for each entry, in a file of the owner’s that moves on when it is opened anew', async () => {
    const path = join(directory, 'audit');
    const audit = auditTo(path);
    await audit.open();
    audit.record(entry);
    await rename(path, `${path}.1`);
    audit.record({ ...entry, operation: 'deregister' });
    await audit.reopen();
    audit.record({ ...entry, operation: 'patch' });
    await audit.close();
    expect(await linesOf(`${path}.1`)).toMatchObject([{ ...entry, audit: true }, { operation: 'deregister' }]);
    expect(await linesOf(path)).toMatchObject([{ operation: 'patch', time: new Date(clock.wallMs()).toISOString() }]);
  });

  it('hears of one address’s refusals a while, of others’ still, and again later', async () => {
    const path = join(directory, 'audit');
    const audit = auditTo(path);
    await audit.open();
    const refuse = (from: string): void => audit.record({ ...entry, from, result: 'unauthenticated' });
    for (let at = 0; at < 100; at++) refuse('10.0.0.1');
    refuse('10.0.0.2');
    expect(drops).toEqual(Array.from({ length: 40 }, () => 'many'));
    await clock.advance(60_000);
    refuse('10.0.0.1');
    await audit.close();
    expect(await linesOf(path)).toHaveLength(62);
  });

  it('never waits: what a slow file does not take is dropped, and after the end everything is', async () => {
    const audit = auditTo(join(directory, 'audit'));
    await audit.open();
    for (let at = 0; at < 50; at++) audit.record({ ...entry, operation: 'x'.repeat(100_000) });
    expect(drops).toContain('slow');
    await audit.close();
    drops = [];
    audit.record(entry);
    expect(drops).toEqual(['failed']);
  });

  it('says that it cannot write, at the start as an error', async () => {
    await expect(auditTo(join(directory, 'none', 'audit')).open()).rejects.toThrow('cannot be written');
  });

  it('never waits for who reads a pipe', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(auditTo(pipe).open()).rejects.toThrow('it is a pipe; give a file');
    const reader = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    await expect(auditTo(pipe).open()).rejects.toThrow('it is a pipe; give a file');
    await reader.close();
  });

  // /dev/full is Linux's.
  it.skipIf(process.platform !== 'linux')('goes on by itself when there is room again', async () => {
    const path = join(directory, 'audit');
    await symlink('/dev/full', path);
    const audit = auditTo(path);
    await audit.open();
    audit.record(entry);
    while (drops.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await unlink(path);
    audit.record(entry);
    await clock.advance(60_000);
    audit.record(entry);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const before = drops.length;
      audit.record({ ...entry, operation: 'patch' });
      if (drops.length === before) break;
    }
    await audit.close();
    expect(new Set(drops)).toEqual(new Set(['failed']));
    expect(await linesOf(path)).toMatchObject([{ operation: 'patch' }]);
  });

  it('is a line for every reader, whatever stands in it', async () => {
    const path = join(directory, 'audit');
    const audit = auditTo(path);
    await audit.open();
    const id = 'a\u2028{"who":"boss"}\u0085\u009b31m\u202e';
    audit.record({ ...entry, id });
    await audit.close();
    expect(await readFile(path, 'utf8')).toMatch(/^[ -~]+\n$/);
    expect(await linesOf(path)).toMatchObject([{ id }]);
  });
});

describe('what is written down', () => {
  const caller: Caller = { identity: 'ci', may: anybody.may, from: '10.0.0.9', face: 'native' };
  const registration = readRegistration({ service: 'payments', id: 'a', host: 'h', metadata: { password: 'hush' } }, { face: 'native' });
  const forbidden = new RollcallError('forbidden', 'No.');

  function audited(answer: () => Promise<unknown>): { readonly registrar: Registrar; readonly book: AuditEntry[] } {
    const book: AuditEntry[] = [];
    const inner = new Proxy({}, { get: () => answer }) as Registrar;
    return { registrar: new AuditedRegistrar(inner, { record: (one) => void book.push(one) }), book };
  }

  it('is who did what, with what came of it, and nothing of what was said', async () => {
    const { registrar, book } = audited(() => Promise.resolve({ revision: 7 }));
    await registrar.register(registration, caller);
    await registrar.setMode(registration, { mode: 'out', reason: 'hush', owner: 'operator' }, caller);
    const about = {
      who: 'ci',
      from: '10.0.0.9',
      face: 'native',
      namespace: 'default',
      service: 'payments',
      id: 'a',
      result: 'done',
      revision: 7,
    };
    expect(book).toEqual([
      { ...about, operation: 'register' },
      { ...about, operation: 'setMode' },
    ]);
    expect(JSON.stringify(book)).not.toContain('hush');
  });

  it('is a refusal too, once', async () => {
    const { registrar, book } = audited(() => Promise.reject(forbidden));
    await expect(registrar.deregister(registration, caller)).rejects.toBe(forbidden);
    expect(book).toMatchObject([{ operation: 'deregister', result: 'forbidden' }]);
    expect(isWritten(forbidden)).toBe(true);
    expect(isWritten(new RollcallError('forbidden', 'No.'))).toBe(false);
  });

  it('is no heartbeat, unless it says something or is refused', async () => {
    const beat = { namespace: Namespace.default, service: null, id: registration.id };
    const { registrar, book } = audited(() => Promise.resolve([null, null, forbidden]));
    await registrar.heartbeats([beat, { ...beat, status: 'warning' }, beat], caller);
    expect(book.map(({ result }) => result)).toEqual(['done', 'forbidden']);
  });
});
