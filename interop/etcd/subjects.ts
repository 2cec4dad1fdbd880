/** What clients are pointed at: a real etcd, by which is known what they expect, and a registry whose etcd door is open. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from 'rollcall/parts';
import { startEtcds } from '../../test/support/etcd-process.js';
import { idleRegistry } from '../../test/support/idle-registry.js';

export interface Subject {
  /** `host:port` that speaks etcd. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface RegistrySubject extends Subject {
  /** The URL of its HTTP door. */
  readonly url: string;
  /** `host:port` that speaks DNS. */
  readonly dns: string;
}

export async function realEtcd(): Promise<Subject> {
  const [etcd] = await startEtcds(1);
  if (etcd === undefined) throw new Error('No etcd.');
  return { endpoint: etcd.endpoint, stop: () => etcd.end() };
}

export interface RegistryWish {
  readonly dns?: boolean;
  readonly tokenFile?: string | null;
}

/** On the embedded store, as most are. */
export async function registryWithEtcdDoor({ dns = false, tokenFile = null }: RegistryWish = {}): Promise<RegistrySubject> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-interop-etcd-'));
  const options = { store: 'embedded', data: directory, etcd: 0, tokenFile, ...(dns ? { dns: { port: 0, isWished: true } } : {}) } as const;
  const registry = await idleRegistry(options, { clock: systemClock });
  return {
    endpoint: registry.doors['etcd'] ?? '',
    url: `http://${registry.doors['http']}`,
    dns: registry.doors['dns'] ?? '',
    async stop() {
      await registry.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
