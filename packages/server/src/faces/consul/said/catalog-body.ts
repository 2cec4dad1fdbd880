/** Rows of the catalog as Consul's callers write them: read strictly, as Consul does, and not judged yet. */
import { goAnything, goList, goObject, goStruct, goTable, goText, goTruth, type GoFields, type GoKind, type Said } from './body.js';
import { ConsulRefusal } from '../refusal.js';
import { catalogServiceKind } from './service-body.js';

interface RowCheckFields {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly Type: string;
  readonly Definition: Readonly<Record<string, unknown>>;
}

export type RowCheck = Said<RowCheckFields>;

/** What clients send back of what they read. */
const answered = {
  ServiceName: goAnything,
  ServiceTags: goAnything,
  Namespace: goAnything,
  Partition: goAnything,
  ExposedPort: goAnything,
  Interval: goAnything,
  Timeout: goAnything,
  PeerName: goAnything,
  CreateIndex: goAnything,
  ModifyIndex: goAnything,
} satisfies GoFields<Record<string, unknown>>;

export const rowCheckKind: GoKind<RowCheck> = goStruct(
  {
    Node: goText,
    CheckID: goText,
    Name: goText,
    Status: goText,
    Notes: goText,
    Output: goText,
    ServiceID: goText,
    Type: goText,
    Definition: goObject,
    ...answered,
  },
  'refused',
);

interface RowFields {
  readonly Datacenter: string;
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly TaggedAddresses: Readonly<Record<string, string>>;
  readonly NodeMeta: Readonly<Record<string, string>>;
  readonly Service: ReturnType<typeof catalogServiceKind>;
  readonly Check: RowCheck;
  readonly Checks: readonly RowCheck[];
  readonly SkipNodeUpdate: boolean;
  readonly Locality: Readonly<Record<string, unknown>>;
  readonly Namespace: string;
  readonly Partition: string;
}

export type Row = Said<RowFields>;

const request = { WriteRequest: goAnything, Token: goAnything, EnterpriseMeta: goAnything } satisfies GoFields<Record<string, unknown>>;

export const rowKind: GoKind<Row> = goStruct(
  {
    Datacenter: goText,
    ID: goText,
    Node: goText,
    Address: goText,
    TaggedAddresses: goTable(goText),
    NodeMeta: goTable(goText),
    Service: catalogServiceKind,
    Check: rowCheckKind,
    Checks: goList(rowCheckKind),
    SkipNodeUpdate: goTruth,
    Locality: goObject,
    Namespace: goText,
    Partition: goText,
    ...request,
    PeerName: goAnything,
  },
  'refused',
);

export const removalKind: GoKind<
  Said<{ Datacenter: string; Node: string; ServiceID: string; CheckID: string; Namespace: string; Partition: string }>
> = goStruct(
  {
    Datacenter: goText,
    Node: goText,
    ServiceID: goText,
    CheckID: goText,
    Namespace: goText,
    Partition: goText,
    Address: goAnything,
    ...request,
  },
  'refused',
);

/** Rows of checks may name a node, which is the one of the row. */
export function demandOwnChecks(node: string, { Check: one, Checks = [] }: Row): void {
  for (const { Node = '', Name = '' } of [...(one === undefined ? [] : [one]), ...Checks])
    if (Node !== '' && Node.toLowerCase() !== node.toLowerCase())
      throw new ConsulRefusal(500, `Node '${Node}' for check '${Name}' doesn't match register request node '${node}'`);
}

/** Left out, it is what the definition says that is asked. */
export function typeOfRow(type = '', definition: Readonly<Record<string, unknown>> = {}): { readonly type?: string } {
  const asked = ['HTTP', 'TCP', 'UDP', 'GRPC', 'H2PING', 'OSService'].find(
    (name) => typeof definition[name] === 'string' && definition[name] !== '',
  );
  const found = type === '' ? asked?.toLowerCase() : type;
  return found === undefined ? {} : { type: found };
}
