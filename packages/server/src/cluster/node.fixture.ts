/** A node as its peers see it: a real door on loopback, a roster that a test writes, and a log that it reads. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom, SimulatedClock } from '@rollcall/conformance';
import {
  NodeName,
  noMeter,
  type AttendantName,
  type Colleague,
  type Heard,
  type LiveNode,
  type Log,
  type Look,
  type Registrar,
  type RosterChange,
  type RosterView,
} from '@rollcall/core';
import { vi } from 'vitest';
import { PeerDoor, type PeerDoorOptions } from '../doors/peer/door.js';
import { PeerTrust, type PeerPaths } from '../shared/peer-trust.js';
import { Peers, type ByLetter } from './peers.js';

export function nodeName(text: string): NodeName {
  return NodeName.parse(text) as NodeName;
}

export function attendant(text: string): AttendantName {
  return text as AttendantName;
}

export const nobodyTrusted: PeerPaths = { peerSecretFile: null, peerCert: null, peerKey: null, peerCa: null };

/** As the log would have it. */
class WrittenRoster implements RosterView {
  self: LiveNode | null = null;
  nodes: readonly LiveNode[] = [];
  revision = 1;
  readonly #listeners = new Set<(change: RosterChange) => void>();

  follow(listener: (change: RosterChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  write(nodes: readonly LiveNode[]): void {
    this.nodes = nodes;
    for (const listener of this.#listeners) listener({ joined: [], left: [], lost: [] });
  }
}

export class Lines implements Log {
  readonly lines: string[] = [];

  info(message: string, fields: object = {}): void {
    this.lines.push(`${message} ${JSON.stringify(fields)}`);
  }

  warn(message: string, fields?: object): void {
    this.info(message, fields);
  }

  error(message: string, fields?: object): void {
    this.info(message, fields);
  }
}

export interface TestNode {
  readonly live: LiveNode & { readonly peer: string };
  readonly door: PeerDoor;
  readonly roster: WrittenRoster;
  readonly taken: Heard[];
  readonly ages: Map<AttendantName, number>;
  /** What checks look like from there. */
  readonly found: Map<string, Look>;
  readonly log: Lines;
  readonly clock: SimulatedClock;
  readonly trust: PeerTrust;
  readonly paths: PeerPaths;
}

export interface TestNodeOptions {
  readonly paths?: PeerPaths;
  readonly registrar?: Registrar;
  readonly createRevision?: number;
  readonly port?: number;
  readonly patience?: PeerDoorOptions['patience'];
}

/** What is opened is closed at the end, the last one first. */
export class TestCluster {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly #closers: (() => Promise<void> | void)[] = [];

  onClose(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
    this.#closers.length = 0;
  }

  async secretFile(...secrets: readonly string[]): Promise<PeerPaths & { readonly peerSecretFile: string }> {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-peers-'));
    this.onClose(() => rm(directory, { recursive: true, force: true }));
    const peerSecretFile = join(directory, 'secret');
    await writeFile(peerSecretFile, `${secrets.join('\n')}\n`, { mode: 0o600 });
    return { ...nobodyTrusted, peerSecretFile };
  }

  async node(name: string, options: TestNodeOptions = {}): Promise<TestNode> {
    const { paths = nobodyTrusted, createRevision = 7, registrar = {} as Registrar, port = 0, patience } = options;
    const { clock } = this;
    const log = new Lines();
    const trust = await PeerTrust.read(paths, log, clock);
    const roster = new WrittenRoster();
    const taken: Heard[] = [];
    const ages = new Map<AttendantName, number>();
    const found = new Map<string, Look>();
    const colleague: Colleague = {
      take: (heard) => void taken.push(...heard),
      ages: (who) => who.map((one) => ages.get(one) ?? null),
    };
    const duty = { instances: 1, machines: 0 };
    const self = nodeName(name);
    const report = {
      node: self,
      role: 'full',
      version: '1',
      startedAtMs: 0,
      http: null,
      member: true,
      leaving: false,
      revision: 5,
      ageMs: 0,
      duty,
    } as const;
    const door = new PeerDoor({
      house: {
        self: () => roster.self,
        colleague,
        registrar,
        look: async (keys) => keys.map((key) => found.get(key) ?? 'unsure'),
        report: () => report,
      },
      trust,
      bind: '127.0.0.1',
      port,
      ...(patience === undefined ? {} : { patience }),
      clock,
      log,
      meter: noMeter,
    });
    await door.start();
    this.onClose(() => door.close());
    const live = { name: self, createRevision, peer: `localhost:${door.port}`, leaving: false };
    roster.self = live;
    return { live, door, roster, taken, ages, found, log, clock, trust, paths };
  }

  /** How `from` sees these. */
  peersOf(from: TestNode, others: readonly LiveNode[], letters: ByLetter | null = null): Peers {
    const { roster, trust, log, clock } = from;
    roster.nodes = [from.live, ...others];
    const peers = new Peers({ self: from.live.name, roster, trust, letters, clock, random: new SeededRandom(1), log, meter: noMeter });
    peers.start();
    this.onClose(() => peers.close());
    return peers;
  }
}

/** A way to a door that can be cut as a suspended process, or a silent firewall, cuts it: bytes go in, and none come out. */
export async function openWay(cluster: TestCluster, port: number): Promise<{ readonly port: number; cut(): void }> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from.on('error', () => to.destroy()).on('close', () => to.destroy()));
      from.on('data', (piece: Buffer) => void (isCut || to.write(piece)));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cluster.onClose(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, cut: () => void (isCut = true) };
}

export function newSecret(): string {
  return randomBytes(32).toString('hex');
}

/** Waits for what sockets do, never for a time. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 8000, interval: 2 });
}
