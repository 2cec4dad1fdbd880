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
import { PAGE_KINDS, readMetas, readPageFacts, readTree, type PageFacts, type Tree } from './pages.js';

/** Pages are looked over in pieces of the file as large as this. */
const CHUNK_BYTES = 4 * 1024 * 1024;

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
    this.#walk(metas.mainTree, facts);
    for (const leaf of this.#leaves(metas.mainTree, facts)) {
      for (const offset of facts.get(leaf)?.subtrees ?? []) this.#walk(readTree(this.#read(offset, 48)), facts);
    }
  }

  #readAllPages(): Facts {
    const facts = new Facts(Math.floor(this.#sizeBytes / this.#pageBytes));
    for (let at = 0; at < this.#sizeBytes; at += CHUNK_BYTES) {
      const chunk = this.#read(at, Math.min(CHUNK_BYTES, this.#sizeBytes - at));
      for (let offset = 0; offset + this.#pageBytes <= chunk.length; offset += this.#pageBytes) {
        const number = (at + offset) / this.#pageBytes;
        facts.set(number, readPageFacts(chunk, offset, this.#pageBytes, number));
      }
    }
    return facts;
  }

  #walk(tree: Tree, facts: Facts): void {
    for (const leaf of this.#leaves(tree, facts)) {
      for (const page of facts.get(leaf)?.overflows ?? []) this.#expect(page, PAGE_KINDS.overflow, facts);
    }
  }

  /** The leaves of a tree, checked level by level. */
  #leaves(tree: Tree, facts: Facts): readonly number[] {
    if (tree.root === null) return [];
    let level = [tree.root];
    for (let depth = 1; depth < tree.depth; depth++) {
      level = level.flatMap((page) => {
        this.#expect(page, PAGE_KINDS.branch, facts);
        return facts.get(page)?.children ?? [];
      });
    }
    for (const page of level) this.#expect(page, PAGE_KINDS.leaf, facts);
    return level;
  }

  #expect(page: number, kind: number, facts: Facts): void {
    if (page * this.#pageBytes >= this.#sizeBytes) throw this.#refusal(`it ends before page ${page}; it was cut short`);
    if (facts.kindOf(page) !== kind)
      throw this.#refusal(`page ${page} (at byte ${page * this.#pageBytes}) holds something that does not belong there`);
  }

  #read(position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, readSync(this.#handle, buffer, 0, length, position));
  }

  #refusal(reason: string): RollcallError {
    const advice =
      'Move the file away and restore a snapshot ("rollcall snapshot restore"), or start with an empty --data and let the instances register again.';
    return new RollcallError('store-corrupt', `${this.#file} is damaged: ${reason}. ${advice}`, { file: this.#file });
  }
}

/** What is known of each page: a byte for all of them, and more for those that lead on to others. */
class Facts {
  readonly #kinds: Uint8Array;
  readonly #details = new Map<number, PageFacts>();

  constructor(pages: number) {
    this.#kinds = new Uint8Array(pages);
  }

  set(page: number, facts: PageFacts): void {
    this.#kinds[page] = facts.kind;
    if (facts.children.length + facts.overflows.length + facts.subtrees.length > 0) this.#details.set(page, facts);
  }

  kindOf(page: number): number {
    return this.#kinds[page] ?? PAGE_KINDS.damaged;
  }

  get(page: number): PageFacts | undefined {
    return this.#details.get(page);
  }
}
