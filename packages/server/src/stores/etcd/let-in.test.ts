/** How the etcd engine is let in: TLS with certificates that are made here, and users whose rights end somewhere. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Catalog, catalogRange, fromText, type Store } from '@rollcall/core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startEtcds, type EtcdFlags, type EtcdProcess } from '../../../../../test/support/etcd-process.js';
import { describeWith } from '../../../../../test/support/program.js';
import { systemClock } from '../../shared/system-clock.js';
import { systemRandom } from '../../shared/system-random.js';
import { openEtcdStore, type EtcdStoreOptions } from './store.js';
import { silent } from './subjects.fixture.js';
import { codeOf, followed, insist, put } from './talk.fixture.js';

const ends: (() => Promise<unknown>)[] = [];
const endAll = async (): Promise<void> => {
  for (const end of ends.splice(0).toReversed()) await end();
};

async function start(flags: EtcdFlags = {}): Promise<EtcdProcess> {
  const [member] = await startEtcds(1, [], flags);
  if (member === undefined) throw new Error('No etcd.');
  ends.push(() => member.end());
  return member;
}

async function open({ endpoint }: EtcdProcess, more: Partial<EtcdStoreOptions> = {}): Promise<Store> {
  const store = await openEtcdStore({ endpoints: [endpoint], clock: systemClock, random: systemRandom, log: silent, ...more });
  ends.push(() => store.close());
  return store;
}

describeWith(['etcd', 'openssl', 'faketime'], 'an etcd that speaks TLS', () => {
  let directory = '';
  const file = (name: string): string => join(directory, name);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-etcd-tls-'));
    await makeCertificates(directory);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  afterEach(endAll);

  const startTls = (server: string, more: Readonly<Record<string, string>> = {}): Promise<EtcdProcess> =>
    start({ isEncrypted: true, flags: { 'cert-file': file(`${server}.crt`), 'key-file': file(`${server}.key`), ...more } });
  const tls = (ca: string | null, cert: string | null = null): Partial<EtcdStoreOptions> => ({
    tls: {
      caFile: ca === null ? null : file(`${ca}.crt`),
      certFile: cert === null ? null : file(`${cert}.crt`),
      keyFile: cert === null ? null : file(`${cert}.key`),
    },
  });

  it('is believed by its authority, and by no other; nor in the clear, nor when its time is over', { timeout: 90_000 }, async () => {
    const member = await startTls('server');
    const store = await open(member, tls('ca'));
    const watch = followed(store, catalogRange);
    const { revision } = await insist(store, put('/rollcall/x', '1'));
    await expect.poll(() => watch.batches.at(-1)?.revision).toBe(revision);
    const refused = { code: 'store-unavailable' };
    await Promise.all([
      expect(open(member, tls('stranger'))).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('certificate') as string,
      }),
      expect(open(member, tls(null))).rejects.toMatchObject({ ...refused, message: expect.stringContaining('certificate') as string }),
      expect(open(member)).rejects.toMatchObject(refused),
      startTls('expired').then((expired) =>
        expect(open(expired, tls('ca'))).rejects.toMatchObject({ ...refused, message: expect.stringContaining('expired') as string }),
      ),
      startTls('elsewhere').then((elsewhere) =>
        expect(open(elsewhere, tls('ca'))).rejects.toMatchObject({ ...refused, message: expect.stringContaining('127.0.0.1') as string }),
      ),
    ]);
  });

  it('wants to see a certificate, of the authority that it believes', { timeout: 90_000 }, async () => {
    const member = await startTls('server', { 'trusted-ca-file': file('ca.crt'), 'client-cert-auth': 'true' });
    const store = await open(member, tls('ca', 'client'));
    expect(await codeOf(store.commit({ then: [put('/rollcall/x', '1')] }))).toBe('answered');
    await Promise.all([
      expect(open(member, tls('ca'))).rejects.toMatchObject({ code: 'store-unavailable' }),
      expect(open(member, tls('ca', 'stranger'))).rejects.toMatchObject({ code: 'store-unavailable' }),
    ]);
  });

  it.each([
    ['a key of another certificate', { certFile: 'client.crt', keyFile: 'server.key' }, 'is not the key of --etcd-cert'],
    ['authorities that are none', { caFile: 'server.key' }, 'holds no certificate'],
    ['a file that is not there', { caFile: 'nowhere' }, '--etcd-ca'],
  ])('is not even asked with %s', async (_name, files, message) => {
    const paths = Object.fromEntries(Object.entries(files).map(([name, path]) => [name, file(path)]));
    const options = { tls: { caFile: null, certFile: null, keyFile: null, ...paths } };
    const base = { endpoints: ['127.0.0.1:1'], clock: systemClock, random: systemRandom, log: silent };
    await expect(openEtcdStore({ ...base, ...options })).rejects.toThrow(message);
  });
});

describeWith(['etcd', 'etcdctl'], 'an etcd with users', () => {
  afterEach(endAll);

  async function startWithUser(...grant: readonly string[]): Promise<EtcdProcess> {
    const member = await start();
    const etcdctl = (...args: string[]): Promise<unknown> =>
      promisify(execFile)('etcdctl', [`--endpoints=${member.endpoint}`, ...args], { env: { ...process.env, ETCDCTL_API: '3' } });
    await etcdctl('user', 'add', 'root:secret');
    await etcdctl('user', 'grant-role', 'root', 'root');
    await etcdctl('role', 'add', 'registry');
    await etcdctl('role', 'grant-permission', 'registry', ...grant);
    await etcdctl('user', 'add', 'registry:word');
    await etcdctl('user', 'grant-role', 'registry', 'registry');
    await etcdctl('auth', 'enable');
    return member;
  }
  const user = { name: 'registry', password: 'word' };

  it('needs no more than what the documents tell the operator to grant', { timeout: 60_000 }, async () => {
    const member = await startWithUser('--prefix=true', 'readwrite', '/rollcall');
    const store = await open(member, { user });
    const catalog = new Catalog({ store, clock: systemClock, log: silent });
    await catalog.start();
    const watch = followed(store, catalogRange);
    const { id } = await store.grantLease({ ttlMs: 10_000 });
    await store.commit({ then: [{ type: 'put', key: fromText('/rollcall/nodes/a'), value: fromText('1'), lease: id }] });
    await store.keepLease(id);
    expect((await store.lease(id)).keys).toHaveLength(1);
    await store.revokeLease(id);
    const status = await store.status();
    expect(status.compactedRevision).toBeLessThan(status.revision);
    await store.compact(status.revision);
    await expect.poll(() => watch.batches.length).toBe(2);
    expect(await catalog.caughtUp(10_000)).toBe(true);
    expect(await codeOf(store.range({ range: { from: fromText('/else'), to: null } }))).toBe('store-unavailable');
    catalog.close();
  });

  it.each([
    ['a role that ends at the slash', '/rollcall/', 'word'],
    ['a role for something else', '/other', 'word'],
  ])('says to whoever has only %s what is missing', { timeout: 60_000 }, async (_name, prefix, password) => {
    const member = await startWithUser('--prefix=true', 'readwrite', prefix);
    await expect(open(member, { user: { name: 'registry', password } })).rejects.toThrow('read and write what begins with /rollcall');
  });

  it('follows on where etcd has forgotten its tokens, as it does when it is started again', { timeout: 60_000 }, async () => {
    const member = await startWithUser('--prefix=true', 'readwrite', '/rollcall');
    const store = await open(member, { user });
    const watch = followed(store, catalogRange);
    await store.commit({ then: [put('/rollcall/x', '1')] });
    await expect.poll(() => watch.batches.length).toBe(1);
    await member.kill();
    await member.startAgain();
    // By somebody else: nobody asks anything of this store.
    const args = [`--endpoints=${member.endpoint}`, '--user', 'root:secret', 'put', '/rollcall/x', '2'];
    await promisify(execFile)('etcdctl', args, { env: { ...process.env, ETCDCTL_API: '3' } });
    await expect.poll(() => watch.batches.length).toBe(2);
    expect(watch.endings).toEqual([]);
  });

  it('does not let in whoever has the wrong password, and says so', { timeout: 60_000 }, async () => {
    const member = await startWithUser('--prefix=true', 'readwrite', '/rollcall');
    await expect(open(member, { user: { ...user, password: 'wrong' } })).rejects.toThrow('authentication failed');
  });
});

/** An authority, who is believed by it, and who is not. */
async function makeCertificates(directory: string): Promise<void> {
  const run = (program: string, ...args: readonly string[]): void => void execFileSync(program, args, { cwd: directory, stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const selfSigned = (name: string): void => {
    const args = ['req', '-x509', ...newKey, '-days', '9000', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`];
    run('faketime', '2020-01-01', 'openssl', ...args);
  };
  const signed = async (name: string, names: string, days: number): Promise<void> => {
    run('openssl', 'req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    await writeFile(join(directory, 'extensions'), `subjectAltName=${names}\n`);
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days), '-extfile', 'extensions'];
    run('faketime', '2020-01-01', 'openssl', 'x509', '-req', '-in', `${name}.csr`, ...authority, '-out', `${name}.crt`);
  };
  selfSigned('ca');
  selfSigned('stranger');
  await signed('server', 'IP:127.0.0.1', 8000);
  await signed('client', 'DNS:registry', 8000);
  await signed('expired', 'IP:127.0.0.1', 1);
  await signed('elsewhere', 'DNS:etcd.example', 8000);
}
