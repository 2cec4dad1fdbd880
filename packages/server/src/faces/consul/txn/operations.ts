/** The operations of a transaction, as its body says them. */
import { goAnything, goList, goStruct, goText, type GoKind } from '../said/body.js';
import { asUint64 } from '../big-json.js';
import { ConsulRefusal } from '../refusal.js';
import type { KvOperation } from './kv-verbs.js';

const catalogKinds = ['Node', 'Service', 'Check'] as const;

type CatalogKind = (typeof catalogKinds)[number];

/** One that is about the catalog. What it says beside its verb is read by whoever does it. */
export interface CatalogOperation {
  readonly kind: CatalogKind;
  readonly verb: string;
  readonly said: Readonly<Record<string, unknown>>;
}

export type TxnOperation = { readonly kv: KvOperation } | { readonly catalog: CatalogOperation };

/** Consul's own. */
const OPERATIONS_MAX = 64;

/** `revisionOf`: of an index that a client said. Throws what Consul refuses. */
export function txnOperations(revisionOf: (index: bigint) => number): GoKind<readonly TxnOperation[]> {
  const kv = goStruct(
    { Verb: goText, Key: goText, Value: base64, Flags: uint64, Index: uint64, Session: goText, Namespace: goText, Partition: goText },
    'refused',
  );
  const catalog = goStruct(
    { Verb: goText, Node: goAnything, Service: goAnything, Check: goAnything, Namespace: goText, Partition: goText },
    'refused',
  );
  const one = goStruct({ KV: kv, Node: catalog, Service: catalog, Check: catalog, Intention: goAnything, Session: goAnything }, 'refused');
  return (value, field) => {
    if (Array.isArray(value) && value.length > OPERATIONS_MAX)
      throw new ConsulRefusal(413, `Transaction contains too many operations (${value.length} > ${OPERATIONS_MAX})`);
    return goList(one)(value, field).map((said): TxnOperation => {
      if (said.KV !== undefined) {
        const { Verb = '', Key = '', Value = NOTHING, Flags = 0n, Index = 0n, Session = '' } = said.KV;
        return { kv: { verb: Verb, key: Key, value: Value, flags: Flags, revision: revisionOf(Index), session: Session } };
      }
      const kind = catalogKinds.find((name) => said[name] !== undefined);
      if (kind === undefined)
        throw new ConsulRefusal(400, 'Request decode failed: an operation is about a KV, a Node, a Service or a Check');
      const { Verb = '', ...rest } = said[kind] as NonNullable<(typeof said)[CatalogKind]>;
      return { catalog: { kind, verb: Verb, said: rest } };
    });
  };
}

const NOTHING = new Uint8Array(0);

const base64: GoKind<Uint8Array> = (value, field) => {
  if (typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return Buffer.from(value, 'base64');
  throw new ConsulRefusal(400, `Request decode failed: ${field} is no base64`);
};

const uint64: GoKind<bigint> = (value, field) => {
  const number = asUint64(value);
  if (number !== undefined) return number;
  throw new ConsulRefusal(400, `Request decode failed: json: cannot unmarshal ${String(value)} into ${field}, which is a uint64`);
};
