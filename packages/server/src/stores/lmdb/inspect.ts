/**
 * Looks an LMDB file over before LMDB does.
 *
 * LMDB maps its file and believes every page of it: a truncated file or a page of zeros is not an error
 * there but a SIGBUS or an abort, and the registry would be gone without a word. So we read the file
 * once from front to back, and walk the trees from their roots: each page must carry its own number and be
 * of the kind that its parent takes it for. (What the values hold is covered by our own checksums.)
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { RollcallError } from '@rollcall/core';
import { PAGE_KINDS, readMetas, readPageFacts, readTree, TREE_BYTES, type PageFacts, type PageRun, type Tree } from './pages.js';

/** Pages are looked over in pieces of the file as large as this. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** As lmdb writes its name. A file without this table is somebody else's: opening it would add ours. */
const OUR_TABLE = 'meta\0';

/** Throws `store-corrupt` if LMDB must not be let near this file. */
export function inspectFile(file: string): void {
  const handle = openSync(file, 'r');
  try {
    new Inspection(file, handle).run();
  } finally {
    closeSync(handle);
  }
}

class Inspection {
  readonly #file: string;
  readonly #handle: number;
  readonly #sizeBytes: number;
  #pageBytes = 0;

  constructor(file: string, handle: number) {
    this.#file = file;
    this.#handle = handle;
    this.#sizeBytes = fstatSync(handle).size;
  }

  run(): void {
    const metas = readMetas(this.#read(0, Math.min(this.#sizeBytes, CHUNK_BYTES)));
    if (metas === null) throw this.#refusal('it does not begin like an LMDB file');
    this.#pageBytes = metas.pageBytes;
    const facts = this.#readAllPages();
    this.#walk(metas.freeTree, facts);
    const tables = this.#walk(metas.mainTree, facts).flatMap((leaf) => facts.get(leaf)?.subtrees ?? []);
    if (!tables.some(({ name }) => name === OUR_TABLE)) throw this.#foreign();
    for (const { at } of tables) this.#walk(readTree(this.#read(at, TREE_BYTES)), facts);
  }

  #readAllPages(): Facts {
    const facts = new Facts(Math.floor(this.#sizeBytes / this.#pageBytes));
    // The same memory for all of them: the system would have to clear what is new.
    const room = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#sizeBytes));
    for (let at = 0; at < this.#sizeBytes; at += CHUNK_BYTES) {
      const chunk = this.#readInto(room, at);
      for (let offset = 0; offset + this.#pageBytes <= chunk.length; offset += this.#pageBytes) {
        const number = (at + offset) / this.#pageBytes;
        facts.set(number, readPageFacts(chunk, offset, this.#pageBytes, number));
      }
    }
    return facts;
  }

  /** From the root down, level by level. Answers the leaves, if the tree has all that it should have. */
  #walk(tree: Tree, facts: Facts): readonly number[] {
    let level = tree.root === null ? [] : [tree.root];
    let branches = 0;
    for (let depth = 1; depth < tree.depth; depth++) {
      for (const page of level) this.#expect(page, PAGE_KINDS.branch, facts);
      branches += level.length;
      level = level.flatMap((page) => facts.get(page)?.children ?? []);
    }
    for (const page of level) this.#expect(page, PAGE_KINDS.leaf, facts);
    const runs = level.flatMap((leaf) => facts.get(leaf)?.overflows ?? []);
    for (const run of runs) this.#expectRun(run, facts);
    const overflows = runs.reduce((sum, { pages }) => sum + pages, 0);
    const entries = level.reduce((sum, leaf) => sum + facts.nodesOf(leaf), 0);
    const found = [branches, level.length, overflows, entries].join();
    const wanted = [tree.branches, tree.leaves, tree.overflows, tree.entries].join();
    if (found !== wanted) throw this.#refusal(`a tree should have ${wanted} (branches, leaves, overflow pages, entries) and has ${found}`);
    return level;
  }

  #expectRun({ first, pages }: PageRun, facts: Facts): void {
    this.#expect(first, PAGE_KINDS.overflow, facts);
    const last = first + pages - 1;
    if ((last + 1) * this.#pageBytes > this.#sizeBytes) throw this.#refusal(`it ends before page ${last}; it was cut short`);
    if (facts.get(first)?.pages !== pages)
      throw this.#refusal(`page ${first} (at byte ${first * this.#pageBytes}) should begin ${pages} pages`);
  }

  #expect(page: number, kind: number, facts: Facts): void {
    if (page * this.#pageBytes >= this.#sizeBytes) throw this.#refusal(`it ends before page ${page}; it was cut short`);
    if (facts.kindOf(page) !== kind)
      throw this.#refusal(`page ${page} (at byte ${page * this.#pageBytes}) holds something that does not belong there`);
  }

  #read(position: number, length: number): Buffer {
    return this.#readInto(Buffer.allocUnsafe(length), position);
  }

  #readInto(room: Buffer, position: number): Buffer {
    return room.subarray(0, readSync(this.#handle, room, 0, room.length, position));
  }

  #foreign(): RollcallError {
    const message = `${this.#file} is an LMDB file, but not one that Rollcall wrote. Move it away, or choose another --data.`;
    return new RollcallError('store-corrupt', message, { file: this.#file });
  }

  #refusal(reason: string): RollcallError {
    const advice =
      'Move the file away and restore a snapshot ("rollcall snapshot restore"), or start with an empty --data and let the instances register again.';
    return new RollcallError('store-corrupt', `${this.#file} is damaged: ${reason}. ${advice}`, { file: this.#file });
  }
}

/** What is known of each page: three bytes for all of them, and more for those that lead on to others. */
class Facts {
  readonly #kinds: Uint8Array;
  readonly #nodes: Uint16Array;
  readonly #details = new Map<number, PageFacts>();

  constructor(pages: number) {
    this.#kinds = new Uint8Array(pages);
    this.#nodes = new Uint16Array(pages);
  }

  set(page: number, facts: PageFacts): void {
    this.#kinds[page] = facts.kind;
    this.#nodes[page] = facts.nodes;
    if (facts.children.length + facts.overflows.length + facts.subtrees.length + facts.pages > 0) this.#details.set(page, facts);
  }

  kindOf(page: number): number {
    return this.#kinds[page] ?? PAGE_KINDS.damaged;
  }

  nodesOf(page: number): number {
    return this.#nodes[page] ?? 0;
  }

  get(page: number): PageFacts | undefined {
    return this.#details.get(page);
  }
}
