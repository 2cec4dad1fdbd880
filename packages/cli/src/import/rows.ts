/**
 * What is to stand here, given what stands in a Consul: the same rows, with a mark by which they are known as copies. Pure. A copy is
 * never copied again, whoever made it: that is what keeps two registries that follow each other from growing.
 */

/** As `/v1/health/service` has it; as much as is copied. */
export interface HealthRow {
  readonly Node: NodeRow;
  readonly Service: ServiceRow;
  readonly Checks: readonly CheckRow[] | null;
}

export interface NodeRow {
  readonly Node: string;
  readonly Address: string;
  readonly TaggedAddresses?: Texts | null;
  readonly Meta?: Texts | null;
}

interface ServiceRow {
  readonly ID: string;
  readonly Service: string;
  readonly Tags?: readonly string[] | null;
  readonly Address?: string;
  readonly TaggedAddresses?: object | null;
  readonly Meta?: Texts | null;
  readonly Port?: number;
  readonly Ports?: readonly object[] | null;
  readonly SocketPath?: string;
  readonly Weights?: object | null;
  readonly EnableTagOverride?: boolean;
  readonly Kind?: string;
}

interface CheckRow {
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Notes?: string;
  readonly Output?: string;
  readonly ServiceID?: string;
}

type Texts = Readonly<Record<string, string>>;

/** In the metadata of every copy, and of every node that stands only for copies: of whom it is one. */
export const MARK = 'imported-from';

/** What a registry says of itself, and no copy is needed of. */
const OWN_SERVICE = 'consul';

/** One row to stand here. */
export interface Wanted {
  readonly node: string;
  readonly service: string;
  readonly id: string;
  /** What is put, as the API takes it. */
  readonly body: object;
}

export interface WantedOptions {
  /** What the mark says. */
  readonly source: string;
  /** Whether a node of this name is somebody else's here: then only services are put on it. */
  readonly isForeign: (node: string) => boolean;
}

/** By their keys. */
export function wantedOf(rows: Iterable<HealthRow>, { source, isForeign }: WantedOptions): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const row of rows) {
    if (row.Service.Service === OWN_SERVICE || isCopy(row)) continue;
    const { Node: node } = row.Node;
    const { Service: service, ID: id } = row.Service;
    wanted.set(keyOf(node, id), { node, service, id, body: bodyOf(row, source, isForeign(node)) });
  }
  return wanted;
}

export function keyOf(node: string, id: string): string {
  return JSON.stringify([node, id]);
}

function isCopy({ Node, Service }: HealthRow): boolean {
  return [Node.Meta, Service.Meta].some((meta) => meta?.[MARK] !== undefined);
}

function bodyOf({ Node, Service, Checks }: HealthRow, source: string, onForeign: boolean): object {
  const { Node: name, Address, TaggedAddresses } = Node;
  const mark = { [MARK]: source };
  const checks = (Checks ?? []).filter(({ ServiceID = '' }) => !onForeign || ServiceID !== '');
  return {
    Node: name,
    Address,
    ...(onForeign ? { SkipNodeUpdate: true } : { TaggedAddresses: TaggedAddresses ?? {}, NodeMeta: { ...copied(Node.Meta), ...mark } }),
    Service: {
      ID: Service.ID,
      Service: Service.Service,
      Tags: Service.Tags ?? [],
      Address: onForeign && (Service.Address ?? '') === '' ? Address : (Service.Address ?? ''),
      Port: Service.Port ?? 0,
      Meta: { ...copied(Service.Meta), ...mark },
      EnableTagOverride: Service.EnableTagOverride ?? false,
      ...(isGiven(Service.TaggedAddresses) ? { TaggedAddresses: Service.TaggedAddresses } : {}),
      ...(isGiven(Service.Weights) ? { Weights: Service.Weights } : {}),
      ...(isGiven(Service.Ports) ? { Ports: Service.Ports } : {}),
      ...(Service.SocketPath === undefined || Service.SocketPath === '' ? {} : { SocketPath: Service.SocketPath }),
      ...(Service.Kind === undefined || Service.Kind === '' ? {} : { Kind: Service.Kind }),
    },
    Checks: checks.map(({ CheckID, Name, Status, Notes = '', Output = '', ServiceID = '' }) => ({
      Node: name,
      CheckID,
      Name,
      Status,
      Notes,
      Output,
      ServiceID,
    })),
  };
}

/** What a Consul says there of itself is nobody else’s to say. */
function copied(meta: Texts | null | undefined): Texts {
  return Object.fromEntries(Object.entries(meta ?? {}).filter(([name]) => !name.startsWith('consul-')));
}

function isGiven(value: object | null | undefined): value is object {
  return value !== undefined && value !== null;
}

/** What stands here as a copy of that source. */
export interface Present {
  readonly node: string;
  readonly id: string;
}

export interface ImportPlan {
  readonly puts: readonly Wanted[];
  readonly removes: readonly Present[];
}

/** `applied`: what was put last, as text, by key. What nobody knows to have been put is put again. */
export function planImport(
  wanted: ReadonlyMap<string, Wanted>,
  present: ReadonlyMap<string, Present>,
  applied: ReadonlyMap<string, string>,
): ImportPlan {
  return {
    puts: [...wanted].filter(([key, { body }]) => applied.get(key) !== JSON.stringify(body)).map(([, one]) => one),
    removes: [...present].filter(([key]) => !wanted.has(key)).map(([, one]) => one),
  };
}
