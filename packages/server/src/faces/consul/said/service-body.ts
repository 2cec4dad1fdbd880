/** A service as Consul's callers write it: read, and not judged yet. */
import {
  goAnything,
  goList,
  goObject,
  goStruct,
  goTable,
  goText,
  goTruth,
  goWhole,
  type GoFields,
  type GoKind,
  type Said,
} from './body.js';
import { checkKind, type SaidCheck } from './check-body.js';

export interface ServiceFields {
  readonly ID: string;
  readonly Name: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly TaggedAddresses: Readonly<Record<string, SaidAddress>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly Port: number;
  readonly Ports: readonly SaidPort[];
  readonly SocketPath: string;
  readonly Kind: string;
  readonly EnableTagOverride: boolean;
  readonly Weights: SaidWeights;
  readonly Proxy: Readonly<Record<string, unknown>>;
  readonly Connect: Readonly<Record<string, unknown>>;
  readonly Locality: Readonly<Record<string, unknown>>;
  readonly Namespace: string;
  readonly Partition: string;
}

export type SaidAddress = Said<{ readonly Address: string; readonly Port: number }>;
export type SaidPort = Said<{ readonly Name: string; readonly Port: number; readonly Default: boolean }>;
type SaidWeights = Said<{ readonly Passing: number; readonly Warning: number }>;
export type SaidService = Said<ServiceFields>;

export interface AgentServiceFields extends ServiceFields {
  readonly Check: SaidCheck;
  readonly Checks: readonly SaidCheck[];
}

const addressKind: GoKind<SaidAddress> = goStruct({ Address: goText, Port: goWhole }, 'ignored');

const fields: GoFields<ServiceFields> = {
  ID: goText,
  Name: goText,
  Tags: goList(goText),
  Address: goText,
  TaggedAddresses: goTable(addressKind),
  Meta: goTable(goText),
  Port: goWhole,
  Ports: goList(goStruct({ Name: goText, Port: goWhole, Default: goTruth }, 'ignored')),
  SocketPath: goText,
  Kind: goText,
  EnableTagOverride: goTruth,
  Weights: goStruct({ Passing: goWhole, Warning: goWhole }, 'ignored'),
  Proxy: goObject,
  Connect: goObject,
  Locality: goObject,
  Namespace: goText,
  Partition: goText,
};

export const agentServiceKind: GoKind<Said<AgentServiceFields>> = goStruct(
  { ...fields, Check: checkKind, Checks: goList(checkKind) },
  'ignored',
);

/** What clients send back of what they read. */
const answered = {
  Datacenter: goAnything,
  ContentHash: goAnything,
  CreateIndex: goAnything,
  ModifyIndex: goAnything,
  PeerName: goAnything,
} satisfies GoFields<Record<string, unknown>>;

/** Of a row of the catalog, where the name goes by another word. */
export const catalogServiceKind: GoKind<Said<ServiceFields & { readonly Service: string }>> = goStruct(
  { ...fields, Service: goText, ...answered },
  'refused',
);
