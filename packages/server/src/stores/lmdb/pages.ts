/**
 * LMDB's pages, as far as inspect.ts has to understand them. Little-endian, as on every machine that we run on.
 *
 *     page   number:8 txn:8 pad:2 flags:2 lower:2 upper:2, then an offset of 2 per node; lower/2 nodes
 *            of an overflow run only the first has this, with its number of pages in place of lower and upper
 *     node   leaf: dataSize:4, branch: child's number in 6 bytes; flags:2 keySize:2 key data
 *     tree   pad:4 flags:2 depth:2 branches:8 leaves:8 overflows:8 entries:8 root:8
 *     meta   magic:4 version:4 address:8 mapSize:8 freeTree:48 mainTree:48 lastPage:8 txn:8
 */

const PAGE_HEADER = 24;
const NODE_HEADER = 8;
export const TREE_BYTES: number = 48;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const NO_PAGE = 0xffff_ffff;

const nodeFlags = { bigData: 0x01, subtree: 0x02 } as const;

/** LMDB's own flags serve as kinds; no flag at all is no page of LMDB's. */
export const PAGE_KINDS = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08, damaged: 0 } as const;

export interface PageFacts {
  readonly kind: number;
  /** How many nodes it holds. */
  readonly nodes: number;
  /** A branch's children. */
  readonly children: readonly number[];
  /** Where a leaf's values lie that did not fit in. */
  readonly overflows: readonly PageRun[];
  /** How many pages an overflow page says that its run has. */
  readonly pages: number;
  /** Where in the file a leaf of the main tree describes the trees of the tables. */
  readonly subtrees: readonly Subtree[];
}

/** Pages one behind the other, of which only the first has a header. */
export interface PageRun {
  readonly first: number;
  readonly pages: number;
}

interface Subtree {
  readonly name: string;
  readonly at: number;
}

export interface Tree {
  readonly depth: number;
  /** `null`: an empty tree. */
  readonly root: number | null;
  /** How many pages of each kind it has, and how many entries in all of its leaves. */
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
}

export interface Metas {
  readonly pageBytes: number;
  readonly freeTree: Tree;
  readonly mainTree: Tree;
}

const nothing: readonly never[] = [];
const damaged: PageFacts = { kind: PAGE_KINDS.damaged, nodes: 0, children: nothing, overflows: nothing, pages: 0, subtrees: nothing };

/**
 * The newer of the two meta pages; `null` if one of them is none. Transactions write them in turns, so their numbers follow
 * one another: where they don't, the newer one is lost, and LMDB would begin where the log stood before.
 */
export function readMetas(beginning: Buffer): Metas | null {
  const pageBytes = readMeta(beginning, 0)?.pageBytes ?? 0;
  const metas = [readMeta(beginning, 0), readMeta(beginning, pageBytes)];
  const [first, second] = metas;
  if (pageBytes < 256 || !first || !second || first === second || second.pageBytes !== pageBytes) return null;
  const [older, newer] = first.transaction > second.transaction ? [second, first] : [first, second];
  return newer.transaction - older.transaction > 1n ? null : newer;
}

function readMeta(file: Buffer, page: number): (Metas & { readonly transaction: bigint }) | null {
  const at = page + PAGE_HEADER;
  if (file.length < at + 24 + 2 * TREE_BYTES + 16) return null;
  const isMeta = (file.readUInt16LE(page + 18) & PAGE_KINDS.meta) !== 0;
  if (!isMeta || file.readUInt32LE(at) !== MAGIC || file.readUInt32LE(at + 4) !== DATA_VERSION) return null;
  const trees = at + 24;
  return {
    pageBytes: file.readUInt32LE(trees),
    freeTree: readTree(file.subarray(trees)),
    mainTree: readTree(file.subarray(trees + TREE_BYTES)),
    transaction: file.readBigUInt64LE(trees + 2 * TREE_BYTES + 8),
  };
}

export function readTree(tree: Buffer): Tree {
  const root = tree.readUInt32LE(40) === NO_PAGE ? null : readPageNumber(tree, 40);
  const [branches, leaves, overflows, entries] = [8, 16, 24, 32].map((at) => readPageNumber(tree, at)) as [number, number, number, number];
  return { depth: tree.readUInt16LE(6), root, branches, leaves, overflows, entries };
}

/** Looks at the page that begins at `offset` of the buffer and should have this number. */
export function readPageFacts(buffer: Buffer, offset: number, pageBytes: number, number: number): PageFacts {
  if (readPageNumber(buffer, offset) !== number) return damaged;
  const kind = buffer.readUInt16LE(offset + 18) & 0x0f;
  if (kind === PAGE_KINDS.overflow) return { ...damaged, kind, pages: buffer.readUInt32LE(offset + 20) };
  if (kind === PAGE_KINDS.meta) return { ...damaged, kind };
  if (kind !== PAGE_KINDS.branch && kind !== PAGE_KINDS.leaf) return damaged;
  const page = buffer.subarray(offset, offset + pageBytes);
  return kind === PAGE_KINDS.branch ? readBranch(page) : readLeaf(page, number * pageBytes);
}

function readBranch(page: Buffer): PageFacts {
  const children: number[] = [];
  for (let index = 0; index < nodeCount(page); index++) {
    const node = nodeAt(page, index);
    if (node < 0) return damaged;
    children.push(page.readUIntLE(node, 6));
  }
  return { ...damaged, kind: PAGE_KINDS.branch, nodes: children.length, children };
}

function readLeaf(page: Buffer, position: number): PageFacts {
  const overflows: PageRun[] = [];
  const subtrees: Subtree[] = [];
  const count = nodeCount(page);
  for (let index = 0; index < count; index++) {
    const node = nodeAt(page, index);
    if (node < 0) return damaged;
    const flags = page.readUInt16LE(node + 4);
    const keyBytes = page.readUInt16LE(node + 6);
    const dataAt = node + NODE_HEADER + keyBytes;
    const isBig = (flags & nodeFlags.bigData) !== 0;
    const dataBytes = isBig ? 8 : page.readUInt32LE(node);
    if (keyBytes === 0 || dataAt + dataBytes > page.length) return damaged;
    if (isBig) {
      const pages = Math.ceil((PAGE_HEADER + page.readUInt32LE(node)) / page.length);
      overflows.push({ first: readPageNumber(page, dataAt), pages });
    }
    if ((flags & nodeFlags.subtree) !== 0) {
      subtrees.push({ name: page.toString('latin1', node + NODE_HEADER, dataAt), at: position + dataAt });
    }
  }
  return { ...damaged, kind: PAGE_KINDS.leaf, nodes: count, overflows, subtrees };
}

function nodeCount(page: Buffer): number {
  return page.readUInt16LE(20) >>> 1;
}

/** Where a page's node begins; -1 for one that can't be there. Called for every record of the store. */
function nodeAt(page: Buffer, index: number): number {
  const pointer = PAGE_HEADER + 2 * index;
  const node = pointer + 2 > page.length ? Infinity : page.readUInt16LE(pointer) + PAGE_HEADER;
  return node + NODE_HEADER > page.length ? -1 : node;
}

function readPageNumber(buffer: Buffer, at: number): number {
  return buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 2 ** 32;
}
