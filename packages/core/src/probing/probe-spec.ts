/**
 * What a probe does, settled: every default is filled in, so that whoever runs it decides nothing any more. As it crosses
 * threads, it is data.
 */
import type { InstanceId, ServiceName } from '../catalog/names.js';
import type { Thresholds } from './threshold.js';

/** What is asked, how often, and how many answers in a row decide. */
export interface Probe {
  readonly spec: CheckSpec;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly thresholds: Thresholds;
}

/** What a check goes by: what it asks, or whom it follows. */
export type CheckSpec = ProbeSpec | AliasSpec;

export type ProbeSpec = HttpSpec | TcpSpec | UdpSpec | GrpcSpec | ScriptSpec;

export type ProbeType = CheckSpec['type'];

export const probeTypes: readonly ProbeType[] = ['http', 'tcp', 'udp', 'grpc', 'script', 'alias'];

/** How a connection is secured; `null` where that is spoken of: in the clear. */
export interface TlsTerms {
  /** What the certificate has to be for; `null` for the host that is called. */
  readonly serverName: string | null;
  /** Whether it has to be valid, and from somebody who is believed. */
  readonly verify: boolean;
  /** In PEM: who is believed here, and nobody else; `null` for whomever the registry believes. */
  readonly ca: string | null;
}

interface At {
  readonly host: string;
  readonly port: number;
}

export interface HttpSpec extends At {
  readonly type: 'http';
  readonly tls: TlsTerms | null;
  readonly method: string;
  /** With what stands behind it: `/health?deep=1`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** What passes, from and to, both included; empty for 200 to 299, and 429 as a warning. */
  readonly statuses: readonly (readonly [from: number, to: number])[];
  /** Has to stand in the beginning of the answer. */
  readonly contains: string | null;
}

export interface TcpSpec extends At {
  readonly type: 'tcp';
  readonly tls: TlsTerms | null;
  /** Only a connection that is refused counts, and only after one that was not: then nobody listens any more. Silence says nothing. */
  readonly refusedOnly: boolean;
}

export interface UdpSpec extends At {
  readonly type: 'udp';
  readonly send: string;
  /** Has to stand in what comes back. `null`: nothing need come back, only no refusal. */
  readonly contains: string | null;
}

export interface GrpcSpec extends At {
  readonly type: 'grpc';
  readonly tls: TlsTerms | null;
  /** As the health service knows it; empty for the server as a whole. */
  readonly service: string;
}

export interface ScriptSpec {
  readonly type: 'script';
  readonly command: string;
  readonly args: readonly string[];
}

/** Nobody is asked: it is as another instance is, or, without an id, as the best one of a service. In the same namespace. */
export interface AliasSpec {
  readonly type: 'alias';
  readonly service: ServiceName;
  readonly id: InstanceId | null;
}
