/** An etcd for a test, what is done to it by others, and what a test opens on it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startEtcds, type EtcdFlags, type EtcdProcess } from '../../../../test/support/etcd-process.js';
import { echoClient, echoServer, type EchoClient, type EchoServer, type Grpc } from '../../../../test/support/echo-servers.js';
import { connectEtcd, type EtcdNaming, type EtcdOptions } from './index.js';

export interface World {
  start(flags?: EtcdFlags): Promise<EtcdProcess>;
  startMany(count: number): Promise<readonly EtcdProcess[]>;
  connect(grpc: Grpc, options: EtcdOptions): EtcdNaming;
  server(grpc: Grpc, name: string): Promise<EchoServer>;
  client(grpc: Grpc, target: string, options?: Readonly<Record<string, string | number>>): EchoClient;
  /** Everything that was opened, the last first. */
  end(): Promise<void>;
}

export function newWorld(): World {
  const ends: (() => unknown)[] = [];
  const startMany = async (count: number, flags: EtcdFlags = {}): Promise<readonly EtcdProcess[]> => {
    const members = await startEtcds(count, [], flags);
    for (const member of members) ends.push(() => member.end());
    return members;
  };
  return {
    startMany,
    async start(flags) {
      const [member] = await startMany(1, flags);
      if (member === undefined) throw new Error('No etcd.');
      return member;
    },
    connect(grpc, options) {
      const naming = connectEtcd(grpc, options);
      ends.push(() => naming.close());
      return naming;
    },
    async server(grpc, name) {
      const server = await echoServer(grpc, name);
      ends.push(() => server.kill());
      return server;
    },
    client(grpc, target, options) {
      const client = echoClient(grpc, target, options);
      ends.push(() => client.close());
      return client;
    },
    async end() {
      for (const end of ends.splice(0).toReversed()) await end();
    },
  };
}

/** What somebody else does, by etcd's own tool; answers what it prints. */
export async function etcdctl({ endpoint }: Pick<EtcdProcess, 'endpoint'>, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ETCDCTL_API: '3' };
  const { stdout } = await promisify(execFile)('etcdctl', [`--endpoints=${endpoint}`, ...args], { env });
  return stdout.trim();
}
