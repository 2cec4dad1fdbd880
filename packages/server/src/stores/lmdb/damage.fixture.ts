/** What can happen to a file while nobody looks. Each is a change of a file's bytes, always the same. */
import { seededChance } from './crash-operations.fixture.js';

export interface Damage {
  readonly name: string;
  damage(file: Buffer): Buffer;
}

const PAGE_BYTES = 4_096;
const ZEROS = 24;

export const truncations: readonly Damage[] = [
  { name: 'nothing left', damage: () => Buffer.alloc(0) },
  { name: 'a hundred bytes left', damage: (file) => file.subarray(0, 100) },
  { name: 'a page left', damage: (file) => file.subarray(0, PAGE_BYTES) },
  { name: 'a half left', damage: (file) => file.subarray(0, file.length / 2) },
  { name: 'a page and a half missing', damage: (file) => file.subarray(0, file.length - 1.5 * PAGE_BYTES) },
  { name: 'a page missing', damage: (file) => file.subarray(0, file.length - PAGE_BYTES) },
  { name: 'a byte missing', damage: (file) => file.subarray(0, file.length - 1) },
];

export const garbage: readonly Damage[] = [
  { name: 'garbage all over', damage: (file) => noise(file.length, 1) },
  { name: 'a text', damage: () => Buffer.from('This is not a store.\n'.repeat(1_000)) },
  {
    name: 'garbage behind the beginning',
    damage: (file) => Buffer.concat([file.subarray(0, 2 * PAGE_BYTES), noise(file.length - 2 * PAGE_BYTES, 2)]),
  },
  ...[3, 4, 5, 6, 7, 8].map((seed) => ({
    name: `a page of garbage, seed ${seed}`,
    damage: (file: Buffer) => overwritten(file, Math.floor(seededChance(seed)() * file.length), noise(PAGE_BYTES, seed)),
  })),
];

/** As a disk leaves them that has lost a page, and as a file system leaves them that has lost a block of another size. */
export const zeros: readonly Damage[] = [
  { name: 'zeros over the first page', damage: (file) => overwritten(file, 0, Buffer.alloc(PAGE_BYTES)) },
  { name: 'zeros over the second page', damage: (file) => overwritten(file, PAGE_BYTES, Buffer.alloc(PAGE_BYTES)) },
  { name: 'zeros over the number of the second page', damage: (file) => overwritten(file, PAGE_BYTES + 100, Buffer.alloc(PAGE_BYTES)) },
  ...Array.from({ length: ZEROS }, (_, index) => zeroPage(index)),
];

function zeroPage(index: number): Damage {
  const aligned = index % 2 === 0;
  return {
    name: `zeros, ${aligned ? 'aligned' : 'unaligned'}, seed ${index}`,
    damage(file) {
      const at = Math.floor(seededChance(index + 100)() * (file.length - PAGE_BYTES));
      return overwritten(file, aligned ? at - (at % PAGE_BYTES) : at, Buffer.alloc(PAGE_BYTES));
    },
  };
}

function overwritten(file: Buffer, at: number, piece: Buffer): Buffer {
  const damaged = Buffer.from(file);
  piece.copy(damaged, at);
  return damaged;
}

function noise(length: number, seed: number): Buffer {
  const chance = seededChance(seed);
  return Buffer.from(Uint8Array.from({ length }, () => Math.floor(chance() * 256)));
}
